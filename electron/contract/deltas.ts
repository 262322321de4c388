// Fine-tunes as deltas on a base model, and stacks of them: what a user sees, chooses, and what made an answer.
import { z } from "zod";
import { DeltaKind, DeltaScale } from "./deltaKinds";
import { Failure } from "./failure";
import { HubGate, RepositoryName, Revision } from "./hub";
import { DeltaId } from "./ids";

/** llama.cpp adds each adapter's product to each layer's: more than a few at once is slow, and nobody needs it. */
export const MAX_STACK_DELTAS = 4;
export const MAX_DELTA_NAME_CHARACTERS = 120;
/** Places on the wheel of hues (theme.css), dealt in turn. The name is always there too: a hue never stands alone. */
export const HUE_COUNT = 12;

export const Hue = z
  .number()
  .int()
  .min(0)
  .max(HUE_COUNT - 1);
export const DeltaName = z.string().trim().min(1).max(MAX_DELTA_NAME_CHARACTERS);

/** Where it came from. */
export const DeltaOrigin = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("file"), fileName: z.string() }),
  /** Downloaded, and converted where it was no GGUF file. */
  z.strictObject({ kind: z.literal("hub"), repository: z.string(), revision: z.string() }),
  /** Made here from a full fine-tune and its base. */
  z.strictObject({ kind: z.literal("made"), fineTuneName: z.string(), baseName: z.string() }),
]);
export type DeltaOrigin = z.infer<typeof DeltaOrigin>;

/** What a delta file says of itself; read in a process of its own, from a file that may be hostile. */
export const DeltaFacts = z.strictObject({
  kind: DeltaKind,
  architecture: z.string().max(60),
  /** For display, from the file; null = the file does not say. */
  name: z.string().max(MAX_DELTA_NAME_CHARACTERS).nullable(),
  baseName: z.string().max(MAX_DELTA_NAME_CHARACTERS).nullable(),
  licence: z.string().max(60).nullable(),
  /** Of the base it was made for; null = the file has none, and only shapes can be compared. */
  baseFingerprint: z.string().max(4096).nullable(),
  /** The largest of its tensors'; null where the kind has none: a 1-bit delta has full rank. */
  rank: z.number().int().nullable(),
  /** Tensors of the base that it changes. */
  changedTensorCount: z.number().int(),
  /** What it takes in memory once loaded. */
  weightsBytes: z.number(),
  /** Share of the distance between base and fine-tune that it closes (KL divergence), 0 to 1; null = not measured. */
  fidelity: z.number().min(0).max(1).nullable(),
});
export type DeltaFacts = z.infer<typeof DeltaFacts>;

/** A file in Facet's folder of deltas that is in no list. It may be anything. */
export const FoundDelta = z.strictObject({ fileName: z.string().min(1).max(1024), sizeBytes: z.number() });
export type FoundDelta = z.infer<typeof FoundDelta>;

export const Delta = z.strictObject({
  /** Of the content: the same file added twice is one delta. */
  id: DeltaId,
  name: DeltaName,
  hue: Hue,
  sizeBytes: z.number(),
  origin: DeltaOrigin,
  createdAtMs: z.number(),
  facts: DeltaFacts,
  /** Why it cannot be used with any model: its file is gone or was changed, or the engine crashed on it. */
  failure: Failure.nullable(),
});
export type Delta = z.infer<typeof Delta>;

/**
 * How a delta goes with a base. "fits": the fingerprint says it was made for this one. "shapes-fit": the file has no
 * fingerprint, but every tensor finds its place. "refused": `failure` says why.
 */
export const DeltaForModel = z.strictObject({
  delta: Delta,
  match: z.enum(["fits", "shapes-fit", "refused"]),
  failure: Failure.nullable(),
});
export type DeltaForModel = z.infer<typeof DeltaForModel>;

export const DeltasForModel = z.strictObject({
  deltas: z.array(DeltaForModel),
  /** How many more of these would fit into free memory, by the mean size of those that fit; null = not known. */
  moreThatFit: z.number().int().nullable(),
});
export type DeltasForModel = z.infer<typeof DeltasForModel>;

/** What a user chooses: deltas and how strongly, in order. Empty = the base alone. */
export const Stack = z
  .array(z.strictObject({ deltaId: DeltaId, scale: DeltaScale }))
  .max(MAX_STACK_DELTAS)
  .refine((stack) => new Set(stack.map(({ deltaId }) => deltaId)).size === stack.length, "a delta twice in one stack");
export type Stack = z.infer<typeof Stack>;

/** The same deltas, as strongly, in the same order. */
export function isSameStack(one: Stack, other: Stack): boolean {
  return (
    one.length === other.length &&
    one.every(({ deltaId, scale }, index) => deltaId === other[index]?.deltaId && scale === other[index].scale)
  );
}

/** What is remembered of a stack: readable even after the delta was deleted or renamed. */
export const StackEntry = z.strictObject({
  deltaId: DeltaId,
  name: z.string().max(MAX_DELTA_NAME_CHARACTERS),
  hue: Hue,
  kind: DeltaKind,
  scale: DeltaScale,
});
export type StackEntry = z.infer<typeof StackEntry>;
/** Empty = the base alone. */
export const NamedStack = z.array(StackEntry).max(MAX_STACK_DELTAS);
export type NamedStack = z.infer<typeof NamedStack>;

/** Deltas that the engine holds in memory beside the base, last used first. */
export const EngineDeltas = z.strictObject({
  loaded: z.array(z.strictObject({ deltaId: DeltaId, bytes: z.number() })),
  /** How the engine changes deltas. "switch": on the live context. "context-per-stack": slower, when the former does not work. */
  way: z.enum(["switch", "context-per-stack"]),
  /** What the context takes now: it holds more conversations once deltas are used, as planned (LoadPlan). */
  contextBytes: z.number(),
});
export type EngineDeltas = z.infer<typeof EngineDeltas>;

/** Side by side: one prompt, so many stacks. */
export const MIN_COMPARED = 2;
export const MAX_COMPARED = 3;
export const ComparedStacks = z
  .array(Stack)
  .min(MIN_COMPARED)
  .max(MAX_COMPARED)
  .refine(
    (stacks) => stacks.every((stack, index) => stacks.findIndex((other) => isSameStack(stack, other)) === index),
    "a stack twice in one comparison",
  );

/** For a job of the queue (JobStart in jobQueue.ts): a delta of the hub to fetch, a PEFT repository (converted) or one with a GGUF adapter. */
export const HubDelta = z.strictObject({
  repository: RepositoryName,
  /** A commit; null = the newest. */
  revision: Revision.nullable(),
  /** Of one of the repository's adapters (HubAdapter); null = the first that nothing is against. */
  path: z.string().min(1).max(1000).nullable(),
});
export type HubDelta = z.infer<typeof HubDelta>;

/** One adapter in a repository. */
export const HubAdapter = z.strictObject({
  /** Of its weights, inside the repository. */
  path: z.string(),
  /** "peft": adapter_config.json and safetensors, converted for a base. "gguf": used as it is. */
  form: z.enum(["peft", "gguf"]),
  /** Of its weights. */
  sizeBytes: z.number(),
  /** As its configuration says; null for GGUF, whose header is read when it is here. */
  rank: z.number().int().nullable(),
  /** Why it cannot be fetched, as far as it is known before its weights are here; null = nothing is against it. */
  failure: Failure.nullable(),
});
export type HubAdapter = z.infer<typeof HubAdapter>;

/** What a repository holds, before anything is fetched. Those that can be fetched come first. */
export const HubDeltaFacts = z.strictObject({
  repository: RepositoryName,
  revision: Revision,
  licence: z.string().nullable(),
  gate: HubGate,
  /** The model that it was trained on, "meta-llama/Llama-3.2-1B-Instruct"; null when neither card nor configuration says. */
  baseModel: z.string().max(200).nullable(),
  adapters: z.array(HubAdapter),
});
export type HubDeltaFacts = z.infer<typeof HubDeltaFacts>;
