// What can go wrong, as data: every expected failure crosses processes in this one shape.
import { z } from "zod";

/** The closed list of failures. Each has its sentences in renderer/app/failureText.ts. */
export const FailureCode = z.enum([
  // the engine process
  "engine-start-failed",
  "engine-crashed",
  "engine-out-of-memory",
  "engine-not-responding",
  "engine-busy",
  "request-cancelled",
  // model files
  "model-missing",
  "model-unreadable",
  "model-not-gguf",
  "model-truncated",
  "model-damaged",
  "model-architecture-unknown",
  "model-is-not-a-chat-model",
  "model-too-large-for-memory",
  "model-crashed-last-time",
  "model-load-failed",
  "chat-template-failed",
  "message-longer-than-context",
  // the starter model
  "starter-offline",
  "starter-wrong-hash",
  "starter-failed",
  // the model hub; what they mean is said in hub.ts and downloads.ts
  "hub-offline",
  "hub-needs-token",
  "hub-gated",
  "hub-not-found",
  "hub-rate-limited",
  "hub-unavailable",
  "hub-answer-invalid",
  "hub-answer-too-large",
  "hub-redirect-refused",
  "hub-address-invalid",
  "hub-proxy-invalid",
  // downloads
  "download-disk-full",
  "download-file-too-large",
  "download-folder-unusable",
  "download-changed",
  "download-not-a-file",
  "download-wrong-hash",
  "download-parts-missing",
  "download-name-refused",
  "download-no-checksum",
  "download-not-found",
  // installed models
  "model-in-use",
  "model-name-taken",
  "model-changed",
  "model-without-checksum",
  "model-not-moved-to-trash",
  "estimate-failed",
  // the data folder
  "disk-full",
  "data-folder-unusable",
  "database-damaged",
  "database-newer",
  "settings-damaged",
  "save-failed",
  "not-found",
  // the door between the window and main
  "request-invalid",
  "internal",
]);
export type FailureCode = z.infer<typeof FailureCode>;

/**
 * One failure. `details` are short facts for the sentence (a file name, a number with its unit),
 * never message text; `cause` is a technical line for "Show details" and the log.
 */
export const Failure = z.strictObject({
  code: FailureCode,
  details: z.record(z.string(), z.string()).optional(),
  cause: z.string().max(4000).optional(),
});
export type Failure = z.infer<typeof Failure>;

/** A value or a failure: how every expected outcome is returned. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

export function succeed<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function fail(
  code: FailureCode,
  details?: Record<string, string>,
  cause?: unknown,
): { ok: false; failure: Failure } {
  return { ok: false, failure: failure(code, details, cause) };
}

export function failure(
  code: FailureCode,
  details?: Record<string, string>,
  cause?: unknown,
): Failure {
  return {
    code,
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined ? {} : { cause: describe(cause) }),
  };
}

function describe(cause: unknown): string {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return text.slice(0, 4000);
}
