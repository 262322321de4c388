// What is left free on a disk.
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { freeBytesIn, NoRoomError, requireRoom, RESERVE_BYTES } from "./room";

it("counts the reserve as needed, and says how much is missing", async () => {
  const freeBytes = await freeBytesIn(tmpdir());
  // Other programs write to this disk meanwhile.
  await requireRoom(tmpdir(), (freeBytes - RESERVE_BYTES) / 2);
  const error: unknown = await requireRoom(tmpdir(), freeBytes + 1e9).catch((thrown: unknown) => thrown);
  if (!(error instanceof NoRoomError)) throw error;
  expect(error.code).toBe("ENOSPC");
  expect(Math.abs(error.missingBytes - RESERVE_BYTES - 1e9)).toBeLessThan(5e8);
});
