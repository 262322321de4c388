// Starts a process for the GPU, and where that one ends or hangs before its first word, another for the processor in its place: whoever
// supervises it sees one process. Pure: processes come through the host, time from the global timers.
import { z } from "zod";
import { EXIT_NO_GPU, GpuDevices, ON_PROCESSOR, type GpuStart } from "../../contract/gpu";
import type { Child, ChildListeners, Fork } from "../../process/Fork";
import type { Log } from "../LogFile";
import type { GpuStarts } from "./GpuStarts";

/** Looks a second apart: a computer that sleeps has none. */
const LOOK_MS = 1_000;
/** A start takes one to four seconds, and twenty where everything else is busy: nobody wants a GPU to be blamed for that. */
const START_LOOKS = 60;
/** A driver that has never computed for Facet may make its programs first. */
const FIRST_START_LOOKS = 180;

/** Of the engine and the fit process, when llama.cpp has started. */
const Hello = z.looseObject({ kind: z.literal("hello"), devices: GpuDevices });

export type GpuFork<To> = (gpu: GpuStart) => Fork<To>;

export function forkWithGpu<To>(
  fork: GpuFork<To>,
  starts: Pick<GpuStarts, "next" | "isProven" | "started" | "failed" | "missing">,
  log: Log,
): Fork<To> {
  return (listeners) => {
    const start = starts.next();
    return start.backend === "processor" ? fork(start)(listeners) : new GpuChild(fork, start, starts, listeners, log);
  };
}

class GpuChild<To> implements Child<To> {
  readonly #fork: GpuFork<To>;
  readonly #start: GpuStart;
  readonly #starts: Parameters<typeof forkWithGpu>[1];
  readonly #listeners: ChildListeners;
  readonly #log: Log;
  #child: Child<To>;
  #looks: ReturnType<typeof setInterval> | null;
  /** What it is told after its first word: until then it does nothing but start, so that an end is the start's. null = it has spoken. */
  #waiting: { message: To; ports: readonly object[] | undefined }[] | null = [];
  #isUnwanted = false;
  #hangs = false;

  constructor(
    fork: GpuFork<To>,
    start: GpuStart,
    starts: Parameters<typeof forkWithGpu>[1],
    listeners: ChildListeners,
    log: Log,
  ) {
    this.#fork = fork;
    this.#start = start;
    this.#starts = starts;
    this.#listeners = listeners;
    this.#log = log;
    this.#child = fork(start)({
      onMessage: (message) => this.#receive(message),
      onExit: (code) => this.#ended(code),
    });
    let left = starts.isProven ? START_LOOKS : FIRST_START_LOOKS;
    this.#looks = setInterval(() => {
      listeners.onPatience?.(LOOK_MS);
      if (--left > 0) return;
      this.#stopLooking();
      this.#hangs = true;
      this.#child.kill();
    }, LOOK_MS);
  }

  postMessage(message: To, ports?: readonly object[]): void {
    if (this.#waiting === null) this.#child.postMessage(message, ports);
    else this.#waiting.push({ message, ports });
  }

  kill(): void {
    this.#isUnwanted = true;
    this.#stopLooking();
    this.#child.kill();
  }

  residentBytes(): number | null {
    return this.#child.residentBytes?.() ?? null;
  }

  #receive(message: unknown): void {
    const hello = this.#waiting === null ? null : Hello.safeParse(message);
    if (hello?.success) this.#starts.started(this.#start, hello.data.devices);
    this.#listeners.onMessage(message);
    if (hello?.success) this.#spoken();
  }

  #ended(code: number): void {
    this.#stopLooking();
    if (this.#waiting === null || this.#isUnwanted) {
      this.#listeners.onExit(code);
      return;
    }
    const cause = this.#hangs ? "it said nothing in time" : `the process ended with code ${code}`;
    this.#log("warn", "no start with a GPU", { backend: this.#start.backend, cause });
    this.#replace(code, code === EXIT_NO_GPU ? null : cause);
    // Last: who hears of it may end this process.
    if (code === EXIT_NO_GPU) this.#starts.missing(this.#start);
  }

  /** Only where this one speaks was it the GPU's fault. `cause`: null = nobody's. */
  #replace(code: number, cause: string | null): void {
    try {
      this.#child = this.#fork(ON_PROCESSOR)({
        onMessage: (message) => {
          const isHello = this.#waiting !== null && Hello.safeParse(message).success;
          if (isHello && cause !== null) this.#starts.failed(this.#start, cause);
          this.#listeners.onMessage(message);
          if (isHello) this.#spoken();
        },
        onExit: (exit) => this.#listeners.onExit(exit),
      });
    } catch (error) {
      this.#log("error", "no process in its place", { error: String(error) });
      this.#listeners.onExit(code);
    }
  }

  #spoken(): void {
    this.#stopLooking();
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { message, ports } of waiting) this.#child.postMessage(message, ports);
  }

  #stopLooking(): void {
    if (this.#looks !== null) clearInterval(this.#looks);
    this.#looks = null;
  }
}
