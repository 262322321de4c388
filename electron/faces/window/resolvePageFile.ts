// Which file of the built page an address means, if any: the guard against path traversal. Main process, pure.
import path from "node:path";

const MIME_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", // not translated
  ".js": "text/javascript; charset=utf-8", // not translated
  ".css": "text/css; charset=utf-8", // not translated
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

export interface PageFile {
  /** Below the root, with the system's separators. */
  readonly relativePath: string;
  readonly mimeType: string;
}

/** null for everything that is not a plain file name of a known kind below the root. */
export function resolvePageFile(root: string, address: string): PageFile | null {
  const url = URL.parse(address);
  if (url === null || url.protocol !== "app:" || url.host !== "facet" || url.username !== "" || url.password !== "")
    return null;
  let name: string;
  try {
    name = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  // Decoded once; what still looks encoded was encoded twice.
  if (/[\0\\:%]/u.test(name)) return null;
  const relativePath = path.relative(root, path.resolve(root, `.${name}`));
  const leaves = path.isAbsolute(relativePath) || relativePath.split(path.sep)[0] === "..";
  const mimeType = MIME_TYPES[path.extname(relativePath)];
  if (leaves || relativePath === "" || mimeType === undefined) return null;
  return { relativePath, mimeType };
}
