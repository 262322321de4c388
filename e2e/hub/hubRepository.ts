// What the test hub serves: repositories made from bytes in memory.
import { createHash } from "node:crypto";

export interface HubRepositoryFile {
  /** As the hub's listing says it; may be hostile ("../x.gguf"). */
  path: string;
  content: Buffer;
  /** Not in LFS: no SHA-256 in the listing, served without a redirect. */
  plain?: boolean;
  /** Said in place of the true one. */
  claimedSha256?: string;
  claimedSizeBytes?: number;
}

export interface HubRepositoryOptions {
  /** "owner/name" */
  id: string;
  files: HubRepositoryFile[];
  gated?: false | "auto" | "manual";
  private?: boolean;
  downloads?: number;
  likes?: number;
  lastModified?: string;
  licence?: string | null;
  baseModel?: string;
  /** Of its card, beside those of its format and licence. */
  tags?: string[];
  /** Taken down by the hub. */
  isDisabled?: boolean;
  readme?: string;
  gguf?: { total: number; architecture: string; context_length: number };
}

export interface HubRepository extends Required<Omit<HubRepositoryOptions, "gguf" | "baseModel">> {
  revision: string;
  gguf: HubRepositoryOptions["gguf"];
  baseModel: string | undefined;
}

export function hubRepository(options: HubRepositoryOptions): HubRepository {
  const readme = options.readme ?? `# ${options.id}\n\nA model for tests.\n`;
  return {
    gated: false,
    private: false,
    tags: [],
    isDisabled: false,
    downloads: 100,
    likes: 10,
    lastModified: "2026-10-01T12:00:00.000Z",
    licence: "apache-2.0",
    ...options,
    baseModel: options.baseModel,
    gguf: options.gguf,
    readme,
    files: [...options.files, { path: "README.md", content: Buffer.from(readme), plain: true }],
    revision: createHash("sha1").update(options.id).update(String(options.files.length)).digest("hex"),
  };
}

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Bytes that repeat nowhere near, the same for the same seed: a swapped or shifted chunk shows in the hash. */
export function seededBytes(sizeBytes: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let offset = 0; offset + 4 <= sizeBytes; offset += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeUInt32LE(state >>> 0, offset);
  }
  return bytes;
}
