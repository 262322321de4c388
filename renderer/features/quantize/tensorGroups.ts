// The tensors of a model, gathered where the layers are alike: "blk.*.ffn_down.weight, layers 0–29". Renderer.
import type { TensorPlan } from "../../../electron/contract/jobs";

export interface TensorGroup {
  /** The layer's number is a star. */
  readonly name: string;
  /** "0–3, 7"; null for tensors that belong to no layer. */
  readonly layers: string | null;
  readonly count: number;
  readonly shape: readonly number[];
  readonly sourceType: string;
  readonly targetType: string;
  readonly targetBytes: number;
  readonly widthDoesNotDivide: boolean;
}

/** Nothing is left out: tensors share a group only when name, shape and both types are the same. Largest group first. */
export function groupTensors(tensors: readonly TensorPlan[]): TensorGroup[] {
  const groups = new Map<string, { group: Omit<TensorGroup, "layers">; layers: number[] }>();
  for (const tensor of tensors) {
    const layer = /^(blk\.)(\d+)(\..*)$/u.exec(tensor.name);
    const name = layer === null ? tensor.name : `${layer[1]}*${layer[3]}`;
    const { sourceType, targetType, widthDoesNotDivide } = tensor;
    // GGUF's shapes have four sizes, of which the last are 1.
    const shape = tensor.shape.slice(0, Math.max(1, tensor.shape.findLastIndex((size) => size !== 1) + 1));
    const key = [name, shape.join("×"), sourceType, targetType, widthDoesNotDivide].join(" ");
    const known = groups.get(key);
    const layers = layer === null ? [] : [Number(layer[2])];
    if (known === undefined) {
      groups.set(key, {
        group: { name, count: 1, shape, sourceType, targetType, targetBytes: tensor.targetBytes, widthDoesNotDivide },
        layers,
      });
    } else {
      groups.set(key, {
        group: {
          ...known.group,
          count: known.group.count + 1,
          targetBytes: known.group.targetBytes + tensor.targetBytes,
        },
        layers: [...known.layers, ...layers],
      });
    }
  }
  return [...groups.values()]
    .map(({ group, layers }) => ({ ...group, layers: layers.length === 0 ? null : ranges(layers) }))
    .sort((one, other) => other.targetBytes - one.targetBytes);
}

/** [0, 1, 2, 5, 7, 8] → "0–2, 5, 7–8". */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((one, other) => one - other);
  const runs: { first: number; last: number }[] = [];
  for (const number of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && number === run.last + 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
}

export interface TypeShare {
  readonly type: string;
  readonly bytes: number;
  /** 0…1 of all weight bytes. */
  readonly share: number;
}

/** Largest first. */
export function typeShares(bytesByTensorType: Readonly<Record<string, number>>): TypeShare[] {
  const total = Object.values(bytesByTensorType).reduce((sum, bytes) => sum + bytes, 0);
  return Object.entries(bytesByTensorType)
    .map(([type, bytes]) => ({ type, bytes, share: total === 0 ? 0 : bytes / total }))
    .sort((one, other) => other.bytes - one.bytes);
}
