// Changes the adapters of a live context. The one place that reaches into node-llama-cpp (3.22.1, pinned): its public way
// takes adapters only when a context is made. Engine process.
import path from "node:path";
import type { LlamaContext } from "node-llama-cpp";
import type { DeltaAtScale } from "./deltaKinds";

/** What is used of the library's inside. */
interface Inside {
  /** Loads what is not loaded yet, then puts exactly these to work. */
  setAdapters: (adapters: { filePath: string; scale: number }[]) => Promise<unknown>;
  /** Loads a file once; later calls find it. */
  load: (filePath: string) => Promise<unknown>;
  /** By absolute path. */
  loaded: Map<unknown, unknown>;
  inContext: Set<unknown>;
}

/** Why the adapters of a live context cannot be changed with this version of the library; null = they can. */
export function liveAdaptersProblem(context: LlamaContext): string | null {
  const inside = look(context);
  return typeof inside === "string" ? inside : null;
}

/** Brings an adapter's file into memory without using it. Throws what the library throws. */
export async function loadAdapter(context: LlamaContext, file: string): Promise<void> {
  await insideOf(context).load(file);
}

/** Exactly these, from the next evaluation on. Those that are in memory take well under a millisecond. */
export async function setAdapters(context: LlamaContext, adapters: readonly DeltaAtScale[]): Promise<void> {
  await insideOf(context).setAdapters(adapters.map(({ path: filePath, scale }) => ({ filePath, scale })));
}

/** Frees an adapter that is not set at the moment. */
export async function unloadAdapter(context: LlamaContext, file: string): Promise<void> {
  const { loaded, inContext } = insideOf(context);
  const resolved = path.resolve(file);
  const adapter = loaded.get(resolved);
  const dispose = methodOf(adapter, "dispose");
  loaded.delete(resolved);
  inContext.delete(adapter);
  await dispose?.();
}

function insideOf(context: LlamaContext): Inside {
  const inside = look(context);
  if (typeof inside === "string") throw new Error(inside);
  return inside;
}

function look(context: LlamaContext): Inside | string {
  const setLoras = methodOf(context, "_setLoras");
  const load = methodOf(context.model, "_getOrLoadLora");
  const loaded: unknown = Reflect.get(context.model, "_loraAdapters");
  const inContext: unknown = Reflect.get(context, "_loraAdapters");
  if (setLoras === undefined) return "the context has no _setLoras";
  if (load === undefined) return "the model has no _getOrLoadLora";
  if (!(loaded instanceof Map)) return "the model's _loraAdapters is no map";
  if (!(inContext instanceof Set)) return "the context's _loraAdapters is no set";
  return { setAdapters: setLoras, load, loaded, inContext };
}

function methodOf(owner: unknown, name: string): ((...values: unknown[]) => Promise<unknown>) | undefined {
  if (typeof owner !== "object" || owner === null) return undefined;
  const method: unknown = Reflect.get(owner, name);
  return typeof method === "function" ? async (...values) => Reflect.apply(method, owner, values) : undefined;
}
