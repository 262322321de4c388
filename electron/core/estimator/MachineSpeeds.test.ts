// The speed of this computer is measured once, kept for this computer alone, and measured again on request.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ToFit } from "../../contract/fitProtocol";
import type { MachineSpeed } from "../../contract/speed";
import type { ChildListeners } from "../../process/Fork";
import { openJsonFile } from "../JsonFile";
import { MachineSpeeds, SavedMachineSpeeds } from "./MachineSpeeds";

const speed = (bytes: number): MachineSpeed => ({
  typeBytesPerSecond: { Q4_K: bytes },
  attentionPerSecond: 5e9,
  secondsPerTensor: 0,
  secondsPerToken: 0,
});
const machine = { cores: 8, gpus: [] };

let folder: string;
let asked: ToFit[];
let kills: number;
let answer: (message: ToFit, listeners: ChildListeners) => void;
let rest: () => void;
let engineRests: Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-speed-"));
  asked = [];
  kills = 0;
  rest = () => undefined;
  engineRests = Promise.resolve();
  answer = ({ id }: ToFit & { id?: number }, { onMessage }) =>
    onMessage({ kind: "probed", id, speed: speed(asked.length * 1e9) });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(): Promise<MachineSpeeds> {
  const { file } = await openJsonFile(path.join(folder, "machine-speed.json"), SavedMachineSpeeds, () => 0);
  return new MachineSpeeds({
    file,
    fork: (listeners) => ({
      postMessage(message) {
        asked.push(message);
        queueMicrotask(() => answer(message, listeners));
      },
      kill() {
        kills++;
        listeners.onExit(9);
      },
    }),
    engineRests: () => engineRests,
    log: () => undefined,
    now: () => performance.now(),
  });
}

it("is measured once, with the engine's threads, and known at the next start", async () => {
  const speeds = await open();
  expect(speeds.recall(machine)).toBeNull();
  const outcomes = await Promise.all([
    speeds.measure(machine, { again: false }),
    speeds.measure(machine, { again: false }),
  ]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
  expect(asked).toEqual([{ kind: "probe", id: 1, threads: 7 }]);
  // Its memory is given back.
  expect(kills).toBe(1);
  expect(speeds.recall(machine)).toEqual(speed(1e9));

  const later = await open();
  expect(later.recall(machine)).toEqual(speed(1e9));
  await later.measure(machine, { again: false });
  expect(asked).toHaveLength(1);
  await later.measure(machine, { again: true });
  expect((await open()).recall(machine)).toEqual(speed(2e9));
});

it("holds for the computer that was measured", async () => {
  await (await open()).measure(machine, { again: false });
  const other = await open();
  expect(other.recall({ cores: 4, gpus: [] })).toBeNull();
  expect(
    (await open()).recall({ cores: 8, gpus: [{ name: "GPU", backend: "vulkan", totalBytes: 1, freeBytes: 1 }] }),
  ).toBeNull();
});

it("waits until the engine has nothing to do", async () => {
  engineRests = new Promise((resolve) => (rest = resolve));
  const measured = (await open()).measure(machine, { again: false });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(asked).toEqual([]);
  rest();
  expect(await measured).toEqual({ ok: true, value: undefined });
});

it("says that it was not measured, and can be tried again", async () => {
  const usual = answer;
  answer = (_message, { onExit }) => onExit(1);
  const speeds = await open();
  expect(await speeds.measure(machine, { again: false })).toMatchObject({
    ok: false,
    failure: { code: "estimate-failed" },
  });
  expect(speeds.recall(machine)).toBeNull();
  answer = usual;
  expect((await speeds.measure(machine, { again: false })).ok).toBe(true);
});
