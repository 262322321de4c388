// The facts that each failure may carry for its sentences: names, and numbers in the unit that their name ends in, all as text. What is not
// listed here has none. Each may be missing: in a failure that an earlier version stored, or where the place that failed did not know it.
import type { Failure, FailureCode } from "./failure";
import type { FileKind } from "./fileKind";
import type {
  Because,
  DeltaReason,
  FailureReason,
  FileReason,
  ModelReason,
  PeftReason,
  StructureReason,
  VocabularyReason,
} from "./failureReasons";
import type { NetworkUse } from "./networkUses";
import type { PeftFeature } from "./peftConfig";

// Type aliases, not interfaces: these count as records of texts.
type File = { readonly file?: string };
type Delta = { readonly delta?: string };
type Folder = { readonly folder?: string };
type Tensor = { readonly tensor?: string };
type Type = { readonly type?: string };
type MovedTo = { readonly movedTo?: string };
type Counts = { readonly chats?: string; readonly messages?: string };
type Architecture = { readonly architecture?: string };
/** What the hub said of it: one line of a server, cut. */
type Message = { readonly message?: string };
type Amounts = { readonly neededBytes?: string; readonly availableBytes?: string };
/** As earlier versions stored them: "9.1 GB". */
type StoredAmounts = { readonly needed?: string; readonly available?: string };
type Missing = { readonly missingBytes?: string };
type Tokens = { readonly messageTokens?: string; readonly contextSizeTokens?: string };
/** Excludes each other reason, and values without a reason. */
type Reasoned<Reason extends FailureReason> = Because<Reason> | { readonly reason?: never };

type Listed = {
  "engine-out-of-memory": { readonly usedBytes?: string; readonly totalBytes?: string } & StoredAmounts;
  "gpu-missing": { readonly gpu?: string };
  "gpu-is-another": { readonly gpu?: string; readonly other?: string };
  "model-missing": File;
  "model-unreadable": File & Delta & Reasoned<FileReason>;
  "model-not-gguf": File;
  "model-truncated": File & { readonly neededBytes?: string; readonly fileBytes?: string };
  /** `check`: where in the header, for the log and for reports. */
  "model-damaged": File & { readonly check?: string } & Reasoned<ModelReason>;
  "model-architecture-unknown": File & Architecture;
  "model-tokenizer-unknown": File & { readonly tokenizer?: string };
  "model-vocabulary-unusable": File & Reasoned<VocabularyReason>;
  "model-needs-other-build": File & Type & { readonly blockSize?: string };
  "model-ends-engine": File;
  "model-ended-engine-twice": File;
  "model-is-not-a-chat-model": File & { readonly kind?: FileKind };
  "model-too-large-for-memory": File & Amounts;
  "model-crashed-last-time": File;
  "model-load-failed": File & Amounts;
  "message-longer-than-context": Tokens;
  "system-prompt-longer-than-context": Tokens;
  "tools-longer-than-context": Tokens;
  "structure-invalid": { readonly kind?: "json-schema" | "grammar" } & Reasoned<StructureReason>;
  "switched-off": { readonly use?: NetworkUse };
  "hub-offline": { readonly host?: string };
  "hub-certificate-refused": { readonly host?: string };
  "hub-needs-token": Message;
  "hub-gated": Message;
  "hub-token-refused": Message;
  "hub-repository-disabled": Message;
  "hub-withheld-by-law": Message;
  "hub-content-refused": Message;
  "hub-not-found": Message;
  "hub-answer-invalid": Message;
  "hub-rate-limited": { readonly retryAfterSeconds?: string };
  "hub-answer-too-large": { readonly maxBytes?: string };
  "hub-redirect-refused": { readonly host?: string; readonly scheme?: string };
  "hub-address-invalid": { readonly repository?: string; readonly endpoint?: string };
  "hub-no-adapter": { readonly repository?: string };
  "download-disk-full": Missing;
  "download-folder-unusable": Reasoned<FileReason>;
  "download-file-too-large": File;
  "download-name-refused": { readonly name?: string };
  "model-in-use": File;
  "model-changed": File;
  "model-without-checksum": File;
  "model-not-moved-to-trash": File;
  "leftover-not-moved-to-trash": File;
  "models-folder-unusable": Folder & Reasoned<FileReason>;
  "models-folder-missing": Folder;
  "estimate-failed": File;
  "addon-missing": { readonly platform?: string };
  "source-missing": File;
  "source-changed": File;
  "source-already-quantized": File & Type;
  "target-is-source": File;
  "target-exists": File;
  "folder-unusable": Folder;
  "job-disk-full": Amounts;
  "model-not-measurable": File;
  "quantize-failed": File;
  "result-damaged": File;
  "importance-matrix-unreadable": File;
  "importance-matrix-invalid": File;
  "text-unreadable": File;
  "text-too-large": File & { readonly limitBytes?: string };
  "evaluation-failed": File;
  "write-failed": File & Reasoned<FileReason>;
  "delta-missing": Delta;
  "delta-deleted": Delta;
  "delta-changed": Delta;
  "delta-not-an-adapter": File & Delta & Reasoned<DeltaReason>;
  "delta-kind-unsupported": Delta & Reasoned<DeltaReason>;
  "delta-damaged": Delta & Reasoned<DeltaReason>;
  "delta-compact": Delta;
  "delta-not-one-bit": Delta;
  "delta-other-architecture": Delta & Architecture & { readonly modelArchitecture?: string; readonly base?: string };
  "delta-shapes-differ": Delta & Tensor & { readonly base?: string };
  "delta-other-base": Delta & { readonly base?: string } & Reasoned<DeltaReason>;
  "delta-weights-not-finite": Delta & Tensor;
  /** `setting`: what the adapter's own library calls it. */
  "delta-alpha-invalid": Delta & { readonly alpha?: string; readonly rank?: string; readonly setting?: string };
  "delta-too-large-for-memory": Delta & Amounts;
  "delta-crashed-last-time": Delta;
  "delta-load-failed": Delta;
  "delta-not-moved-to-trash": Delta;
  "delta-already-here": File & Delta;
  "pair-quantized": File & Type & { readonly which?: "base" | "fine-tune" };
  "pair-shapes-differ": Tensor;
  "peft-config-invalid": Reasoned<PeftReason>;
  /** `kind`: what the adapter's files call the feature. */
  "peft-unsupported": Tensor & { readonly feature?: PeftFeature; readonly kind?: string };
  "peft-weights-damaged": Reasoned<PeftReason>;
  "peft-architecture-unsupported": Architecture;
  "disk-full": Folder & Missing & { readonly neededBytes?: string } & StoredAmounts;
  "data-folder-unusable": Folder & Reasoned<FileReason>;
  "data-folder-busy": { readonly holder?: string; readonly process?: string };
  "database-damaged": Folder & MovedTo;
  "chats-salvaged": Counts & MovedTo;
  "chat-rows-unreadable": File & Counts;
  "stored-file-damaged": File & MovedTo;
  "stored-entries-unreadable": File & { readonly count?: string };
  "database-newer": File;
  "save-failed": Folder & Reasoned<FileReason>;
};

export type FailureDetails = {
  readonly [Code in FailureCode]: Code extends keyof Listed ? Listed[Code] : { readonly [name: string]: never };
};

/** What the one who asked knows of a failure, and the place that failed did not. */
export type ContextDetails = File & Delta & Amounts;

/** With these facts, in place of those that it has under the same names. */
export function withDetails(failure: Failure, details: ContextDetails): Failure {
  return { ...failure, details: { ...failure.details, ...details } } as Failure;
}

/** With these facts where it has none of the same names. */
export function withMissingDetails(failure: Failure, details: ContextDetails): Failure {
  return { ...failure, details: { ...details, ...failure.details } } as Failure;
}

/** Its details, where the code does not matter. */
export function detailsOf({ details }: Failure): Readonly<Record<string, string>> {
  return details ?? {};
}
