// Which links may leave the app, and how they are asked for. Main process, pure.

/** Longer addresses are refused by some systems, and hide things from the user. */
const MAX_ADDRESS_CHARACTERS = 2048;
const SCHEMES = new Set(["https:", "http:", "mailto:"]);

/** The address in its normal form, or null when it may not be opened. */
export function openableLink(address: string): string | null {
  // Spaces, control and formatting characters (right-to-left marks) can make one address look like another.
  if (address.length > MAX_ADDRESS_CHARACTERS || /[\s\p{Cc}\p{Cf}]/u.test(address)) return null;
  const url = URL.parse(address);
  if (url === null || !SCHEMES.has(url.protocol)) return null;
  // https://bank.example@evil.example looks like the bank.
  if (url.username !== "" || url.password !== "") return null;
  return url.href;
}
