// Clears this process's JavaScript heap at moments when nobody waits for it. Engine process.
//
// node-llama-cpp's native objects, a sampler's row of 12 bytes for each token of the vocabulary for one (llama/addon/AddonSampler.cpp),
// are freed with the JavaScript object that holds them, and V8 does not know how large they are: without this they pile up.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
/** V8's own; a new context has it since the flag was set. */
const collect: unknown = runInNewContext("gc");

export function collectGarbage(): void {
  if (typeof collect === "function") Reflect.apply(collect, undefined, []);
}
