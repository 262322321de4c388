import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EXIT_NO_GPU, ON_PROCESSOR, type GpuDevice, type GpuStart } from "../../contract/gpu";
import type { Child, ChildListeners } from "../../process/Fork";
import { forkWithGpu } from "./forkWithGpu";

const AUTOMATIC: GpuStart = { backend: "automatic", index: null };
const CARD: GpuDevice = {
  backend: "vulkan",
  index: 0,
  name: "Card",
  kind: "discrete",
  totalBytes: 8e9,
  freeBytes: 7e9,
};

class Process implements Child<string> {
  readonly told: string[] = [];
  readonly ports: object[] = [];
  readonly start: GpuStart;
  readonly on: ChildListeners;
  constructor(start: GpuStart, on: ChildListeners) {
    this.start = start;
    this.on = on;
  }
  postMessage(message: string, ports: readonly object[] = []): void {
    this.told.push(message);
    this.ports.push(...ports);
  }
  kill(): void {
    this.on.onExit(137);
  }
  hello(devices: GpuDevice[] = []): void {
    this.on.onMessage({ kind: "hello", devices });
  }
}

let processes: Process[];
let happened: string[];
let heard: unknown[];
let next: GpuStart;
let isProven: boolean;
let onMissing: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  processes = [];
  happened = [];
  heard = [];
  next = AUTOMATIC;
  isProven = true;
  onMissing = () => {};
});
afterEach(() => {
  vi.useRealTimers();
});

function begin(): Child<string> {
  return forkWithGpu<string>(
    (start) => (listeners) => {
      const process = new Process(start, listeners);
      processes.push(process);
      return process;
    },
    {
      next: () => next,
      get isProven() {
        return isProven;
      },
      started: (_, devices) => happened.push(`started with ${devices.length}`),
      failed: (_, cause) => happened.push(`failed: ${cause}`),
      missing: () => {
        happened.push("missing");
        onMissing();
      },
    },
    () => {},
  )({
    onMessage: (message) => heard.push(message),
    onPatience: () => heard.push("patience"),
    onExit: (code) => heard.push(`exit ${code}`),
  });
}

it("tells what a process sees that starts well, and its end is its own", () => {
  begin();
  processes[0]!.hello([CARD]);
  processes[0]!.on.onExit(134);
  expect(happened).toEqual(["started with 1"]);
  expect(heard).toEqual([{ kind: "hello", devices: [CARD] }, "exit 134"]);
  expect(processes).toHaveLength(1);
});

it("puts a process for the processor in the place of one that ends before its first word, and tells it what was said so far", () => {
  const child = begin();
  child.postMessage("load");
  processes[0]!.on.onExit(134);
  expect(processes.map(({ start }) => start)).toEqual([AUTOMATIC, ON_PROCESSOR]);
  expect(happened).toEqual([]);
  // A file that ends the process would be taken for a GPU that does.
  expect(processes.flatMap(({ told }) => told)).toEqual([]);
  processes[1]!.hello();
  expect(happened).toEqual(["failed: the process ended with code 134"]);
  child.postMessage("generate");
  expect(processes[1]!.told).toEqual(["load", "generate"]);
  expect(heard).toEqual([{ kind: "hello", devices: [] }]);
});

it("blames no GPU when the processor does no better", () => {
  begin();
  processes[0]!.on.onExit(71);
  processes[1]!.on.onExit(71);
  expect(happened).toEqual([]);
  expect(heard).toEqual(["exit 71"]);
});

it("takes a GPU that is not there for no failure", () => {
  begin();
  processes[0]!.on.onExit(EXIT_NO_GPU);
  expect(happened).toEqual(["missing"]);
  processes[1]!.hello();
  expect(happened).toEqual(["missing"]);
});

it("leaves no process behind when whoever hears of a missing GPU ends it", () => {
  const child = begin();
  onMissing = () => child.kill();
  processes[0]!.on.onExit(EXIT_NO_GPU);
  expect(heard).toEqual(["exit 137"]);
  expect(processes).toHaveLength(2);
});

it("ends one that hangs, and asks for patience meanwhile; the first time on a card longer", () => {
  begin();
  vi.advanceTimersByTime(59_000);
  expect(processes).toHaveLength(1);
  expect(heard).toHaveLength(59);
  vi.advanceTimersByTime(1_000);
  expect(processes).toHaveLength(2);
  processes[1]!.hello();
  expect(happened).toEqual(["failed: it said nothing in time"]);

  isProven = false;
  begin();
  vi.advanceTimersByTime(120_000);
  expect(processes).toHaveLength(3);
});

it("puts nothing in the place of one that is ended on purpose, and nothing between where the processor is wanted", () => {
  begin().kill();
  expect(processes).toHaveLength(1);
  expect(heard).toEqual(["exit 137"]);
  next = ON_PROCESSOR;
  begin();
  processes[1]!.on.onExit(1);
  expect(processes).toHaveLength(2);
  expect(happened).toEqual([]);
});

it("hands on the ports of what waited", () => {
  const child = begin();
  const port = {};
  child.postMessage("reader-port", [port]);
  processes[0]!.hello();
  expect(processes[0]!.ports).toEqual([port]);
});
