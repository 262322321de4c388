// Downloads as the window sees them: what is asked for, where it stands, what went wrong.
import { z } from "zod";
import { Failure } from "./failure";
import { RepositoryName, Revision, Sha256 } from "./hub";

/** Derived from the content's hashes: asking for the same files again gives the same download. */
export const DownloadId = z
  .string()
  .regex(/^[0-9a-f]{32}$/u)
  .brand<"DownloadId">();
export type DownloadId = z.infer<typeof DownloadId>;

/** llama.cpp's own limit is far below; a split model of 99 parts has not been seen. */
export const MAX_FILES_PER_DOWNLOAD = 500;

/** One item to download: a variant of a model at one commit. Split models have several files. */
export const DownloadRequest = z.strictObject({
  repository: RepositoryName,
  revision: Revision,
  /** "Qwen3 8B · Q4_K_M": what the list shows. */
  title: z.string().min(1).max(200),
  quantization: z.string().max(40).nullable(),
  licence: z.string().max(100).nullable(),
  files: z
    .array(
      z.strictObject({ path: z.string().min(1).max(1000), sizeBytes: z.number().int().positive(), sha256: Sha256 }),
    )
    .min(1)
    .max(MAX_FILES_PER_DOWNLOAD),
});
export type DownloadRequest = z.infer<typeof DownloadRequest>;

export const DownloadState = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("queued") }),
  z.strictObject({
    kind: z.literal("downloading"),
    bytesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  /** Goes on by itself. */
  z.strictObject({
    kind: z.literal("waiting"),
    for: z.enum(["network", "hub", "rate-limit"]),
    /** Where the hub said how long: the time at which it goes on. */
    untilMs: z.number().optional(),
  }),
  /** By the user (failure is null), or because something must be put right first. */
  z.strictObject({ kind: z.literal("paused"), failure: Failure.nullable() }),
  /** All bytes are here; they are being compared with the hub's SHA-256. */
  z.strictObject({ kind: z.literal("verifying") }),
  z.strictObject({ kind: z.literal("ready") }),
  z.strictObject({ kind: z.literal("failed"), failure: Failure }),
]);
export type DownloadState = z.infer<typeof DownloadState>;

export const Download = z.strictObject({
  id: DownloadId,
  repository: RepositoryName,
  /** Of the first file, at the hub. */
  path: z.string(),
  title: z.string(),
  quantization: z.string().nullable(),
  fileCount: z.number().int(),
  sizeBytes: z.number(),
  /** On the disk, over all files. */
  receivedBytes: z.number(),
  /** Of those: already read back and hashed. */
  verifiedBytes: z.number(),
  state: DownloadState,
});
export type Download = z.infer<typeof Download>;

/** Lies beside a downloaded model, so that its origin is known without any database. */
export const ModelOrigin = z.object({
  version: z.literal(1),
  endpoint: z.string(),
  repository: RepositoryName,
  revision: Revision,
  path: z.string(),
  sizeBytes: z.number(),
  sha256: Sha256,
  licence: z.string().nullable(),
  quantization: z.string().nullable(),
  /** ISO date and time. */
  downloadedAt: z.string(),
});
export type ModelOrigin = z.infer<typeof ModelOrigin>;
