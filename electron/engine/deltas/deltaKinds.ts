// Every kind of delta as one entry: how to recognise it in a header, check it, match it with a base, count its memory, and put it
// to work. Fit process and engine process.
import type { LlamaContext, LlamaContextOptions } from "node-llama-cpp";
import type { DeltaKind } from "../../contract/deltaKinds";
import type { Outcome } from "../../contract/failure";
import type { GgufHeader } from "../gguf/readGgufHeader";
import { bitDeltaKind, loraKind } from "./adapterKinds";
import type { BaseShapes } from "./matchDelta";

export interface DeltaKindEntry {
  recognises: (header: GgufHeader) => boolean;
  /** Refuses what would bring llama.cpp down. */
  check: (header: GgufHeader) => Outcome<CheckedDelta>;
  /** Kinds that are alike share one. */
  applier: DeltaApplier;
}

export interface CheckedDelta {
  /** Of the base. */
  architecture: string;
  rank: number | null;
  /** Of the base. */
  changedTensorCount: number;
  changedWeights: number;
  memoryBytes: number;
  /** The place of every tensor; the architecture is the same. */
  match: (base: BaseShapes) => Outcome<"fits" | "shapes-fit">;
}

export interface DeltaAtScale {
  path: string;
  scale: number;
}

/** Puts deltas to work. All of it throws what the library throws. */
export interface DeltaApplier {
  /** Brings a file into memory without using it. */
  load: (context: LlamaContext, file: string) => Promise<void>;
  /** Exactly these, from the next evaluation on. */
  set: (context: LlamaContext, deltas: readonly DeltaAtScale[]) => Promise<void>;
  /** One that is not set at the moment. */
  unload: (context: LlamaContext, file: string) => Promise<void>;
  /** For a context that has them from its beginning. */
  contextOptions: (deltas: readonly DeltaAtScale[]) => Partial<LlamaContextOptions>;
}

/** The first that recognises a file is its kind. */
export const deltaKinds: Readonly<Record<DeltaKind, DeltaKindEntry>> = { bitdelta: bitDeltaKind, lora: loraKind };

export const deltaAppliers: ReadonlySet<DeltaApplier> = new Set(
  Object.values(deltaKinds).map(({ applier }) => applier),
);

/** null: no kind that Facet knows. */
export function deltaKindOf(header: GgufHeader): DeltaKind | null {
  const kinds = Object.keys(deltaKinds) as DeltaKind[];
  return kinds.find((kind) => deltaKinds[kind].recognises(header)) ?? null;
}
