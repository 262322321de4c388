// Names that come from a server are labels; this says whether one can be a file's name here, on every system. Pure.

/** Letters, digits and four signs; no leading dot or dash, no trailing dot. 160 leaves room for folder and endings in 260. */
const SAFE = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,158}[A-Za-z0-9_+-]$/u;
/** Windows takes these for devices, whatever the ending. */
const DEVICE = /^(?:con|prn|aux|nul|clock\$|com\d|lpt\d)(?:\.|$)/iu;

/**
 * The last part of a path in a repository, when it is safe as a file's name; else null.
 * A path that climbs, or is absolute, or has a backslash is refused whole, whatever its last part is.
 */
export function safeFileName(path: string): string | null {
  const parts = path.split("/");
  if (path.includes("\\") || parts.some((part) => part === "" || part === "." || part === "..")) return null;
  const name = parts.at(-1) ?? "";
  return SAFE.test(name) && !DEVICE.test(name) ? name : null;
}

/** The folder of a repository's models: "owner__name". The contract's schema has refused all but safe letters. */
export function repositoryFolder(repository: string): string | null {
  return safeFileName(repository.replace("/", "__"));
}
