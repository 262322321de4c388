// What can go wrong, as data: every expected failure crosses processes in this one shape.
import { z } from "zod";
import type { FailureDetails } from "./failureDetails";

/** The closed list of failures. Each has its sentences in electron/words. */
export const FailureCode = z.enum([
  // the engine process
  "engine-start-failed",
  "engine-crashed",
  "engine-out-of-memory",
  /** The memory of the GPU ran out while it computed. */
  "engine-out-of-gpu-memory",
  "engine-not-responding",
  "engine-busy",
  /** The program for the GPU ended or hung at its start: the processor computes. */
  "gpu-start-failed",
  /** The GPU that was chosen is not there. */
  "gpu-missing",
  /** In the place of the GPU that was chosen is another one, which computes. */
  "gpu-is-another",
  "request-cancelled",
  // model files
  "model-missing",
  "model-unreadable",
  "model-not-gguf",
  "model-truncated",
  "model-damaged",
  "model-architecture-unknown",
  /** The bundled llama.cpp does not know it. */
  "model-tokenizer-unknown",
  /** A token comes twice, lists of other lengths, a tokenizer of another family … */
  "model-vocabulary-unusable",
  /** Weights of a type that only other builds of llama.cpp read. */
  "model-needs-other-build",
  /** A trial load in the fit process ended it. */
  "model-ends-engine",
  /** The engine ended twice while it was loading this model or writing its first answer: it is loaded only when it is asked for. */
  "model-ended-engine-twice",
  "model-is-not-a-chat-model",
  "model-too-large-for-memory",
  "model-crashed-last-time",
  "model-load-failed",
  "chat-template-failed",
  "message-longer-than-context",
  "system-prompt-longer-than-context",
  "tools-longer-than-context",
  /** The JSON schema or grammar that answers are to follow. */
  "structure-invalid",
  // the starter model
  "starter-offline",
  "starter-wrong-hash",
  "starter-failed",
  // the network
  /** The user does not want Facet to use the network for this (contract/networkUses.ts). */
  "switched-off",
  // the model hub
  /** No answer: no network, no such host, or the connection broke. */
  "hub-offline",
  /** An answer whose certificate nothing here trusts: a network that inspects what passes, or a wrong clock. */
  "hub-certificate-refused",
  /** The hub wants to know who asks (401). */
  "hub-needs-token",
  /** The token is known, but its owner was not given access to this repository (403). */
  "hub-gated",
  /** The token is unknown there, or has expired (401 though there was one). */
  "hub-token-refused",
  /** The hub has taken the repository down (403). */
  "hub-repository-disabled",
  /** 451 */
  "hub-withheld-by-law",
  /** The content network does not give the file that the hub sent us to (4xx). */
  "hub-content-refused",
  "hub-not-found",
  /** 429 */
  "hub-rate-limited",
  /** 5xx, still after several tries. */
  "hub-unavailable",
  /** Answered, but not what this app can read: not JSON, wrong types, a web page (captive portal). */
  "hub-answer-invalid",
  "hub-answer-too-large",
  /** Sent on to an address that this app does not follow: not https, an unknown host, too many times. */
  "hub-redirect-refused",
  /** The configured endpoint, or a repository name, is not a valid one. */
  "hub-address-invalid",
  "hub-proxy-invalid",
  /** It wants a name and password, or others than it was given (407). */
  "hub-proxy-refused",
  // downloads
  /** What was fetched is kept. */
  "download-disk-full",
  /** The disk's file system takes no file of this size (FAT32: 4 GiB). */
  "download-file-too-large",
  "download-folder-unusable",
  /** Another file got the model's name while it was fetched. What was fetched is kept. */
  "download-name-taken",
  /** The file at the hub is not the one that was chosen any more. */
  "download-changed",
  /** A web page came in place of the file: a captive portal, or a proxy's message. */
  "download-not-a-file",
  /** All was fetched, and its SHA-256 is not the hub's. The parts were deleted. */
  "download-wrong-hash",
  /** Somebody deleted the parts while they were being written. */
  "download-parts-missing",
  /** A name that cannot be a file's name here, or the same name twice. */
  "download-name-refused",
  "download-no-checksum",
  "download-not-found",
  // installed models
  "model-in-use",
  "model-name-taken",
  "model-changed",
  "model-without-checksum",
  "model-not-moved-to-trash",
  "leftover-not-moved-to-trash",
  // the models folder, which can be moved
  "models-folder-unusable",
  "models-folder-busy",
  "models-folder-missing",
  "estimate-failed",
  // jobs on models: quantizing, measuring
  /** facet.node was not built or does not load: the cause says why. */
  "addon-missing",
  /** No CPU back end of llama.cpp loads. */
  "engine-unusable",
  "source-missing",
  /** Changed while it was read; the result was thrown away. */
  "source-changed",
  /** Its weights are already quantized; quantizing again would lose more than a fresh start. */
  "source-already-quantized",
  "target-is-source",
  "target-exists",
  "folder-unusable",
  "job-disk-full",
  /** Not a text model that predicts the next token. */
  "model-not-measurable",
  "models-differ",
  "type-unknown",
  "quantize-failed",
  /** The new file does not load or does not generate; it was removed. */
  "result-damaged",
  "importance-matrix-unreadable",
  "importance-matrix-invalid",
  "text-unreadable",
  "text-invalid",
  "text-too-short",
  "text-too-large",
  "evaluation-failed",
  "write-failed",
  "out-of-memory",
  /** The job process died: a crash in native code, or the system ended it. */
  "job-crashed",
  /** Facet itself ended while the job ran. */
  "job-interrupted",
  // deltas (fine-tunes)
  "delta-missing",
  /** As an answer by it was about to begin. */
  "delta-deleted",
  "delta-changed",
  "delta-not-an-adapter",
  "delta-kind-unsupported",
  "delta-damaged",
  /** In the compact form (docs/delta-format.md), to be expanded before it is used. */
  "delta-compact",
  /** Only 1-bit deltas have a compact form. */
  "delta-not-one-bit",
  "delta-other-architecture",
  "delta-shapes-differ",
  "delta-other-base",
  "delta-weights-not-finite",
  "delta-alpha-invalid",
  "delta-too-large-for-memory",
  "delta-crashed-last-time",
  "delta-load-failed",
  "delta-not-moved-to-trash",
  /** A file in Facet's folder has the same content as one of the library. */
  "delta-already-here",
  // making a delta from a base and its fine-tune
  /** One of them is quantized: that changed more than most fine-tunes do. */
  "pair-quantized",
  /** They are of different architectures, or of one that deltas cannot be made for yet. */
  "pair-architectures-differ",
  /** The fine-tune has more tokens: they do not exist in the base. */
  "pair-vocabularies-differ",
  "pair-shapes-differ",
  "pair-equal",
  /** What an adapter cannot carry changed too much. */
  "pair-not-representable",
  /** Rows that blocks of 128 do not divide: a LoRA can be extracted instead. */
  "pair-width-unsupported",
  /** Measured, and no nearer to the fine-tune than the base is. */
  "delta-useless",
  // adapters in the form of the PEFT library
  /** A repository without any adapter. */
  "hub-no-adapter",
  /** There is no adapter_config.json beside the weights. */
  "peft-config-missing",
  "peft-config-invalid",
  /** It uses what no adapter file can carry (PeftFeature in peftConfig.ts). */
  "peft-unsupported",
  /** No safetensors file, or a wrong one. */
  "peft-weights-damaged",
  /** Facet cannot convert for models of the base's architecture. */
  "peft-architecture-unsupported",
  /** It must be known for which model it is to be converted: none was chosen, and none is loaded. */
  "peft-base-needed",
  // the data folder
  "disk-full",
  "data-folder-unusable",
  /** Another process holds it, and does not answer or is of another version. */
  "data-folder-busy",
  /** The process that held the data folder ended before it was done with this. */
  "application-ended",
  "database-damaged",
  /** At start, what could be read of a damaged database was taken over into a new one. */
  "chats-salvaged",
  /** That goes on. */
  "chats-salvaging",
  /** Rows of the database that are not what its tables promise. They are kept. */
  "chat-rows-unreadable",
  /** Answers are being written, or all chats are being replaced. */
  "chats-busy",
  "database-newer",
  "stored-file-damaged",
  /** Entries of a stored file that are of another version, or were changed by hand. They are kept. */
  "stored-entries-unreadable",
  "save-failed",
  "not-found",
  // the door between the window and main
  "request-invalid",
  "internal",
]);
export type FailureCode = z.infer<typeof FailureCode>;

/**
 * One failure. `details` are short facts for the sentence (failureDetails.ts), never message text; `cause` is a technical line for
 * "Show details" and the log.
 */
export type Failure = {
  [Code in FailureCode]: {
    code: Code;
    details?: FailureDetails[Code] | undefined;
    cause?: string | undefined;
  };
}[FailureCode];

/** Details are any texts here: those that earlier versions stored open too, and electron/words says only what it knows of them. */
export const Failure = z.strictObject({
  code: FailureCode,
  details: z.record(z.string(), z.string()).optional(),
  cause: z.string().max(4000).optional(),
}) as z.ZodType<Failure>;

/** A value or a failure: how every expected outcome is returned. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

export function succeed<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function fail<Code extends FailureCode>(
  code: Code,
  details?: FailureDetails[Code],
  cause?: unknown,
): { ok: false; failure: Failure } {
  return { ok: false, failure: failure(code, details, cause) };
}

export function failure<Code extends FailureCode>(
  code: Code,
  details?: FailureDetails[Code],
  cause?: unknown,
): Failure {
  return {
    code,
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined ? {} : { cause: describe(cause) }),
  } as Failure;
}

/** The whole chain of causes: fetch's own message is only ever "fetch failed". */
function describe(cause: unknown): string {
  const lines: string[] = [];
  for (
    let error = cause;
    error !== undefined && lines.length < 4;
    error = error instanceof Error ? error.cause : undefined
  ) {
    lines.push(
      error instanceof Error
        ? `${error.name}: ${error.message}`
        : typeof error === "string"
          ? error
          : (JSON.stringify(error) ?? ""),
    );
  }
  return lines.join(" < ").slice(0, 4000);
}
