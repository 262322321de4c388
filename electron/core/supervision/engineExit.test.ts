// Why the engine ended, on each system: for want of memory, or by a fault. This computer has 16 GB.
import { expect, it } from "vitest";
import { classifyExit } from "./engineExit";

const told = (platform: NodeJS.Platform, code: number, residentBytes: number) =>
  classifyExit(
    { why: null, code, saidHello: true, residentBytes, totalBytes: 16e9, wasKilledForMemory: false },
    platform,
  );

it.each<[NodeJS.Platform, string, number, number, string]>([
  ["win32", "an access violation", 0xc0000005, 12e9, "engine-crashed"],
  ["win32", "abort() with little in memory", 0xc0000409, 1e9, "engine-crashed"],
  ["win32", "abort() with most of the memory", 0xc0000409, 12e9, "engine-out-of-memory"],
  ["win32", "Chromium's end for want of memory", 0xe0000008, 1e9, "engine-out-of-memory"],
  ["win32", "the same, read as a negative number", 0xe0000008 | 0, 1e9, "engine-out-of-memory"],
  ["win32", "memory that the system refused", 0xc0000017, 1e9, "engine-out-of-memory"],
  ["win32", "a commit limit that was reached", 0xc000012d, 1e9, "engine-out-of-memory"],
  ["win32", "an end by the task manager", 1, 12e9, "engine-crashed"],
  ["darwin", "a kill with a quarter and more in memory", 9, 5e9, "engine-out-of-memory"],
  ["darwin", "a kill with little in memory", 9, 1e9, "engine-crashed"],
  ["linux", "a kill with a third in memory", 9, 5e9, "engine-crashed"],
])("on %s %s is told as it is", (platform, _what, code, residentBytes, expected) => {
  expect(told(platform, code, residentBytes).code).toBe(expected);
});

it("names a status of Windows as its documentation does", () => {
  expect(told("win32", 0xc0000005, 1e9).cause).toContain("0xC0000005");
});
