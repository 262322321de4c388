// Starts llama.cpp once per engine process, on the best back end that works. Engine process.
import childProcess from "node:child_process";
import { EventEmitter } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import { getLlama, LlamaLogLevel, type Llama, type LlamaOptions } from "node-llama-cpp";
import type { WantedBackend } from "../contract/gpu";
import { devicesUsed, gpuDevices } from "./gpuDevices";
import type { Log, LogLevel } from "./log";

const logLevels: Readonly<Record<LlamaLogLevel, LogLevel>> = {
  [LlamaLogLevel.disabled]: "debug",
  [LlamaLogLevel.fatal]: "error",
  [LlamaLogLevel.error]: "error",
  [LlamaLogLevel.warn]: "warn",
  [LlamaLogLevel.info]: "info",
  [LlamaLogLevel.log]: "info",
  [LlamaLogLevel.debug]: "debug",
};

/** There is a program for GPUs, and no GPU that it can use. */
export class NoGpu extends Error {
  override readonly name = "NoGpu";
}

/**
 * Never compiles, never downloads. "automatic": the best back end that is installed, else the CPU. Throws `NoGpu`, which is for another
 * process to act on: this one has the libraries of that back end in it. Throws when not even the CPU back end loads.
 */
export async function startLlama({ log, backend }: { log: Log; backend: WantedBackend }): Promise<Llama> {
  const options = {
    build: "never",
    logLevel: LlamaLogLevel.warn,
    logger: (level: LlamaLogLevel, message: string) => log(logLevels[level], `llama.cpp: ${message.trim()}`),
    progressLogs: false,
    // Each context says how many threads it wants (loadModel.ts); the library's own limit would be a second opinion.
    maxThreads: 0,
  } as const;
  const restore = answerBinaryTestHere();
  try {
    const llama = await onGpu(backend, options);
    if (llama !== null && llama.gpu !== false && (await llama.getGpuDeviceNames()).length === 0)
      throw new NoGpu(`${llama.gpu} finds no GPU`);
    return llama ?? (await getLlama({ ...options, gpu: false }));
  } finally {
    restore();
  }
}

/** null: for the CPU. */
async function onGpu(backend: WantedBackend, options: LlamaOptions): Promise<Llama | null> {
  if (backend === "processor") return null;
  try {
    return await getLlama({ ...options, gpu: backend === "automatic" ? "auto" : backend });
  } catch (error) {
    options.logger?.(LlamaLogLevel.warn, `no back end for "${backend}", trying the CPU: ${String(error)}`);
    return null;
  }
}

/** What computes, for people: "CPU · AVX-512 · 1-bit kernels" where deltaKernels.ts put ours to work, "CUDA · NVIDIA …". */
export async function backendName(llama: Llama, hasDeltaKernels: boolean): Promise<string> {
  if (llama.gpu === false)
    return ["CPU", cpuFeature(llama.systemInfo), hasDeltaKernels && "1-bit kernels"].filter(Boolean).join(" · ");
  const names = { cuda: "CUDA", vulkan: "Vulkan", metal: "Metal" } as const;
  const devices = devicesUsed(await gpuDevices(llama).catch(() => []));
  return [names[llama.gpu], ...devices.map(({ name }) => name)].join(" · ");
}

/** The widest vector instructions that llama.cpp says it uses. */
export function cpuFeature(systemInfo: string): string | undefined {
  const features = [
    ["AVX512", "AVX-512"],
    ["AVX2", "AVX2"],
    ["AVX", "AVX"],
    ["SVE", "SVE"],
    ["NEON", "NEON"],
  ] as const;
  return features.find(([flag]) => new RegExp(`\\b${flag} = 1\\b`, "u").test(systemInfo))?.[1];
}

/**
 * On Linux, node-llama-cpp first loads each prebuilt binary in a process that it forks. Under Node that takes half a second, in
 * each engine and fit process of each command. In the packaged app there is no such process: a utility process cannot start
 * another, and with the runAsNode fuse off `child_process.fork` would open the app a second time. The process that loads llama.cpp
 * is itself the one that may die; core/gpu/forkWithGpu.ts notices and starts another for the processor. So here
 * a stand-in answers "works" to the fork's four messages (bindings/utils/testBindingBinary.js of 3.22.1). Returns what takes it
 * away again.
 */
function answerBinaryTestHere(): () => void {
  const realFork = childProcess.fork;
  const fork = (modulePath: string | URL, ...rest: unknown[]): unknown =>
    String(modulePath).includes("testBindingBinary")
      ? new BinaryTestAnswer()
      : Reflect.apply(realFork, childProcess, [modulePath, ...rest]);
  Object.assign(childProcess, { fork });
  syncBuiltinESMExports();
  return () => {
    Object.assign(childProcess, { fork: realFork });
    syncBuiltinESMExports();
  };
}

class BinaryTestAnswer extends EventEmitter {
  readonly stdout = null;
  readonly stderr = null;
  readonly killed = false;
  exitCode: number | null = null;

  constructor() {
    super();
    setImmediate(() => this.emit("message", { type: "ready" }));
  }

  send(message: { type: string }): void {
    const answers: Readonly<Record<string, string>> = { start: "loaded", test: "done" };
    const answer = answers[message.type];
    setImmediate(() => {
      if (answer !== undefined) this.emit("message", { type: answer });
      else this.#exit();
    });
  }

  kill(): void {
    setImmediate(() => this.#exit());
  }

  #exit(): void {
    if (this.exitCode !== null) return;
    this.exitCode = 0;
    this.emit("exit", 0);
  }
}
