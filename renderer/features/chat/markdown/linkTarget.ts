// Decides which addresses in an answer may become links. Everything else stays text.

/** As long as main's openLink takes. */
const MAX_LINK_CHARACTERS = 2048;

/**
 * The address to open, normalised (international host names in their ASCII form, so that look-alikes show),
 * or null. Allowed: http and https without a user name, and mailto with nothing but the address.
 */
export function linkTarget(address: unknown): string | null {
  if (typeof address !== "string" || address.length > MAX_LINK_CHARACTERS) return null;
  const url = URL.parse(address);
  if (url === null) return null;
  switch (url.protocol) {
    case "http:":
    case "https:":
      return url.username === "" && url.password === "" && url.href.length <= MAX_LINK_CHARACTERS ? url.href : null;
    case "mailto:":
      return url.pathname === "" ? null : `mailto:${url.pathname}`;
    default:
      return null;
  }
}
