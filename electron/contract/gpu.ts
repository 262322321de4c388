// What computes: the GPUs that are there, which of them the user wants, and how a process is started for that.
import { z } from "zod";

/** llama.cpp's programs for GPUs. */
export const GpuBackend = z.enum(["cuda", "vulkan", "metal"]);
export type GpuBackend = z.infer<typeof GpuBackend>;

export const GpuDevice = z.strictObject({
  backend: GpuBackend,
  /** Its place among those that the back end shows. */
  index: z.number().int().min(0),
  /** "NVIDIA GeForce RTX 3060" */
  name: z.string().max(200),
  /** "integrated" uses the computer's own memory. */
  kind: z.enum(["discrete", "integrated"]),
  totalBytes: z.number(),
  freeBytes: z.number(),
});
export type GpuDevice = z.infer<typeof GpuDevice>;

const MAX_DEVICES = 64;
export const GpuDevices = z.array(GpuDevice).max(MAX_DEVICES);

/** A setting. A GPU is known by its place and its name: two cards may have the same one. */
export const GpuChoice = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("automatic") }),
  z.strictObject({ kind: z.literal("processor") }),
  z.strictObject({
    kind: z.literal("gpu"),
    backend: GpuBackend,
    index: z.number().int().min(0).max(MAX_DEVICES),
    name: z.string().max(200),
  }),
]);
export type GpuChoice = z.infer<typeof GpuChoice>;

/** How an engine or fit process is started. "automatic": the best back end that is there. */
export const WantedBackend = z.enum(["automatic", "processor", ...GpuBackend.options]);
export type WantedBackend = z.infer<typeof WantedBackend>;

export interface GpuStart {
  readonly backend: WantedBackend;
  /** The only GPU that the process sees; null = all. */
  readonly index: number | null;
}

export const ON_PROCESSOR: GpuStart = { backend: "processor", index: null };

export function startOf(choice: GpuChoice): GpuStart {
  return choice.kind === "gpu"
    ? { backend: choice.backend, index: choice.index }
    : { backend: choice.kind, index: null };
}

/** A process that was started for a GPU ends with this code when the back end is there and no GPU. */
export const EXIT_NO_GPU = 72;

/** What the window shows of it. */
export const GpuState = z.strictObject({
  /** Those that were seen last. */
  devices: GpuDevices,
  /** Why the processor computes although a GPU is wanted; null = it does not. "failed": its program ended or hung at the start. */
  unused: z.strictObject({ why: z.enum(["failed", "missing"]), cause: z.string().max(500) }).nullable(),
});
export type GpuState = z.infer<typeof GpuState>;
