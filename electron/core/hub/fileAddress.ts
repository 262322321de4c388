// Which paths of a server's list are requested. A path is an address at the hub, never a name on this disk (diskName.ts). Pure.

/** As the contract's requests take it. */
const MAX_PATH_CHARACTERS = 1000;

/**
 * False for a path that climbs, is absolute, has a backslash or a control character, is longer than any real one,
 * or cannot be written into a URL (half of a surrogate pair).
 */
export function isFileAddress(path: string): boolean {
  if (path.length > MAX_PATH_CHARACTERS || /[\\\p{Cc}\p{Cs}]/u.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** The part after the last slash: what a file is called. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
