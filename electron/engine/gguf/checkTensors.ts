// Tensors that llama.cpp loads and then cannot compute with, where it ends the process in the first answer. Engine and fit process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { GgufHeader } from "./readGgufHeader";

/** No weights of any model: types for what is computed in between, and for indices. */
const NOT_FOR_WEIGHTS: ReadonlySet<string> = new Set(["Q8_1", "Q8_K", "I8", "I16", "I32", "I64", "F64"]);
/** Tables of indices that are part of a model: DeepSeek V4's experts by token. */
const INDICES = /\.ffn_gate_tid2eid(?:\.weight)?$/u;

const VECTOR = /_norm\.weight$|\.bias$/u;

/** Failure: "model-damaged". For each part of a model. */
export function checkTensors({ tensors }: Pick<GgufHeader, "tensors">): Outcome<undefined> {
  for (const { name, typeName, dimensions } of tensors) {
    // Norms, biases and the like: every operation on them wants 32-bit floats (binary_op in ggml/src/ggml-cpu/binary-ops.cpp).
    const isVector =
      dimensions.length === 1 || (VECTOR.test(name) && dimensions.slice(1).every((length) => length === 1));
    const isWrong = isVector ? typeName !== "F32" : NOT_FOR_WEIGHTS.has(typeName);
    if (isWrong && !INDICES.test(name))
      return fail("model-damaged", {
        check: name,
        reason: "type-not-computable",
        part: name,
        type: typeName,
      });
  }
  return succeed(undefined);
}
