import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Download, DownloadState } from "../../contract/downloads";
import { watchDownloads } from "./watchDownloads";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  const told: string[] = [];
  let addresses = "10.0.0.2";
  let resume = () => undefined as void;
  const changed = watchDownloads({
    host: {
      keepAwake: (what, isBusy) => void told.push(`${what} ${isBusy ? "awake" : "may sleep"}`),
      onWake: (listener) => (resume = listener),
    },
    wake: () => void told.push("wake"),
    addresses: () => addresses,
  });
  return {
    are: (...states: DownloadState[]) => changed(states.map((state) => ({ state }) as Download)),
    network: (now: string) => (addresses = now),
    resume: () => resume(),
    told: () => told.splice(0),
  };
}

it("keeps the computer awake while bytes come or are checked, and not through a lost network", () => {
  const { are, told } = watch();
  const downloading = { kind: "downloading", bytesPerSecond: null, secondsLeft: null } as const;
  are({ kind: "queued" });
  expect(told()).toEqual([]);
  are(downloading, { kind: "paused", failure: null });
  are(downloading, downloading);
  are({ kind: "waiting", for: "rate-limit" });
  are({ kind: "verifying" });
  expect(told()).toEqual(["downloads awake"]);
  are({ kind: "waiting", for: "network" });
  expect(told()).toEqual(["downloads may sleep"]);
  are(downloading);
  are();
  expect(told()).toEqual(["downloads awake", "downloads may sleep"]);
});

it("wakes what waits when the computer does, and when the network is there again", () => {
  const { are, network, resume, told } = watch();
  resume();
  expect(told()).toEqual(["wake"]);
  are({ kind: "waiting", for: "network" });
  network("");
  vi.advanceTimersByTime(60_000);
  expect(told()).toEqual([]);
  network("192.168.1.7");
  vi.advanceTimersByTime(2000);
  expect(told()).toEqual(["wake"]);
  vi.advanceTimersByTime(60_000);
  expect(told()).toEqual([]);
  are();
  expect(vi.getTimerCount()).toBe(0);
});
