// Codes as Electron, a shell and Windows give them; some programs read those of Windows as negative numbers.
import { expect, it } from "vitest";
import { codeText, endCause } from "./exitCode";

it.each([
  [9, "killed", "9"],
  [137, "killed", "137"],
  [6, "gave-up", "6"],
  [134, "gave-up", "134"],
  [0xc0000409, "gave-up", "0xC0000409"],
  [0xc0000409 | 0, "gave-up", "0xC0000409"],
  [0x80000003, "gave-up", "0x80000003"],
  [0xe0000008, "no-memory", "0xE0000008"],
  [0xe0000008 | 0, "no-memory", "0xE0000008"],
  [0xc0000017, "no-memory", "0xC0000017"],
  [0xc000012d, "no-memory", "0xC000012D"],
  [3, "gave-up", "3"],
  [139, "fault", "139"],
  [10, "fault", "10"],
  [0xc0000005, "fault", "0xC0000005"],
  [0xc000001d | 0, "fault", "0xC000001D"],
  [0xc00000fd, "fault", "0xC00000FD"],
  // What TerminateProcess is called with: by Node, by the task manager.
  [1, "other", "1"],
  [0, "other", "0"],
  [null, "other", "none"],
])("%j is told as %s, and shown as %s", (code, cause, text) => {
  expect(endCause(code)).toBe(cause);
  expect(codeText(code)).toBe(text);
});
