// The list of tensors in a GGUF header: shapes that can be, and data inside the file, apart from each other.
import { failure } from "../../contract/failure";
import { BadHeader, damaged, truncated, type GgufCursor } from "./GgufCursor";
import { MAX_DIMENSIONS, MAX_TENSOR_NAME_BYTES, MAX_TYPE_NUMBER } from "./ggufLimits";
import { ggmlTypes } from "./ggmlTypes";

const MAX_TENSOR_WEIGHTS = 2n ** 53n;

export interface TensorInfo {
  name: string;
  dimensions: number[];
  typeName: string;
  /** From the start of the tensor data. */
  offsetBytes: number;
  sizeBytes: number;
}

export async function readTensors(cursor: GgufCursor, count: number, alignment: number): Promise<TensorInfo[]> {
  const tensors: TensorInfo[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const at = `tensor ${index}`;
    const name = await cursor.name(at, MAX_TENSOR_NAME_BYTES);
    if (name === "") throw damaged(at, "no name");
    if (names.has(name)) throw damaged(at, "duplicate name");
    names.add(name);

    const dimensionCount = await cursor.uint32(at);
    if (dimensionCount > MAX_DIMENSIONS) throw damaged(at, `${dimensionCount} dimensions`);
    const dimensions: bigint[] = [];
    for (let dimension = 0; dimension < dimensionCount; dimension++) dimensions.push(await cursor.uint64(at));
    const typeNumber = await cursor.uint32(at);
    const type = ggmlTypes.get(typeNumber);
    if (type === undefined) throw unknownType(typeNumber, at);
    const offset = await cursor.uint64(at);

    // In bigint: these products are what overflowed in earlier readers.
    const weights = dimensions.reduce((product, length) => product * length, 1n);
    if (weights === 0n || weights > MAX_TENSOR_WEIGHTS) throw damaged(at, "impossible shape");
    const rowLength = dimensions[0] ?? 1n;
    if (rowLength % BigInt(type.blockWeights) !== 0n) throw damaged(at, `row length does not suit ${type.name}`);
    const sizeBytes = (weights / BigInt(type.blockWeights)) * BigInt(type.blockBytes);
    if (offset % BigInt(alignment) !== 0n) throw damaged(at, "offset not aligned");
    if (offset > MAX_TENSOR_WEIGHTS || sizeBytes > MAX_TENSOR_WEIGHTS) throw damaged(at, "impossible size");
    tensors.push({
      name,
      dimensions: dimensions.map(Number),
      typeName: type.name,
      offsetBytes: Number(offset),
      sizeBytes: Number(sizeBytes),
    });
  }
  return tensors;
}

/** Types that llama.cpp has no more, or not yet; forks number their own from about a hundred on. */
function unknownType(typeNumber: number, at: string): BadHeader {
  if (typeNumber > MAX_TYPE_NUMBER) return damaged(at, "unknown tensor type");
  return new BadHeader(
    failure("model-needs-other-build", { type: String(typeNumber) }, `${at}: tensor type ${typeNumber}`),
  );
}

/**
 * Every tensor is inside the file and apart from every other. One fork's Q2_0 has the same number in blocks of 128 weights, and 34
 * bytes: its tensors lie closer together than ours could.
 */
export function checkTensorData(
  tensors: readonly TensorInfo[],
  alignment: number,
  dataOffsetBytes: number,
  fileBytes: number,
): void {
  const inOrder = [...tensors].sort((a, b) => a.offsetBytes - b.offsetBytes);
  const roomBytes = (index: number) =>
    (inOrder[index + 1]?.offsetBytes ?? fileBytes - dataOffsetBytes) - (inOrder[index]?.offsetBytes ?? 0);
  const widerBytes = ({ sizeBytes }: TensorInfo) => Math.ceil(((sizeBytes / 36) * 34) / alignment) * alignment;
  const isWider = inOrder.some(
    (tensor, index) =>
      tensor.typeName === "Q2_0" &&
      tensor.sizeBytes > roomBytes(index) &&
      widerBytes(tensor) >= roomBytes(index) &&
      roomBytes(index) > 0,
  );
  if (isWider)
    throw new BadHeader(
      failure(
        "model-needs-other-build",
        { type: "Q2_0", blockSize: "128" },
        "Q2_0 tensors of 34 bytes for 128 weights",
      ),
    );
  let endBytes = 0;
  for (const tensor of inOrder) {
    if (tensor.offsetBytes < endBytes) throw damaged("tensor data", "tensors overlap");
    endBytes = tensor.offsetBytes + tensor.sizeBytes;
  }
  if (dataOffsetBytes + endBytes > fileBytes) throw truncated(dataOffsetBytes + endBytes, fileBytes);
}
