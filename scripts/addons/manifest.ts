// What is known of prebuilt addons: manifest.json beside the archives says for which system each is, and what it was made of.
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

export const MANIFEST_FILE = "manifest.json";

const Archive = z.object({
  /** A name, never a path. */
  archive: z.string().regex(/^[\w.-]+\.tar\.gz$/),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Version of the packages whose libraries the addons are linked to. */
  nodeLlamaCpp: z.string(),
  /** The oldest GNU C library that they run with; null on systems with another. */
  glibc: z.string().nullable(),
});
export type PrebuiltArchive = z.infer<typeof Archive>;

export const AddonManifest = z.object({
  format: z.literal(1),
  /** sourcesHash() of the C++ that they were built from. */
  sources: z.string(),
  /** By the name of the system: "linux-x64". */
  addons: z.record(z.string(), Archive),
});
export type AddonManifest = z.infer<typeof AddonManifest>;

const SOURCE_FOLDERS = ["native/core", "native/addon", "native/windows"];

/** Of all C++ that goes into addons, the same on every system whatever git made of the ends of lines. */
export async function sourcesHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await nativeSources()) {
    const text = await readFile(file, "utf8");
    hash.update(file.split(path.sep).join("/")).update("\0").update(text.replaceAll("\r\n", "\n")).update("\0");
  }
  return hash.digest("hex");
}

/** Relative, sorted. */
export async function nativeSources(): Promise<string[]> {
  const files = await Promise.all(
    SOURCE_FOLDERS.map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((file) => path.join(folder, file)),
    ),
  );
  return files
    .flat()
    .filter((file) => /\.(cpp|h|map)$/.test(file))
    .sort();
}
