// Which files are text.
import { expect, test } from "vitest";
import { readTextFile } from "./readTextFile";

const file = (...bytes: number[]) => new Blob([new Uint8Array(bytes)]);

test("text, in UTF-8 and UTF-16", async () => {
  expect(await readTextFile(new Blob(["Grüße, 灯塔 🙂"]))).toBe("Grüße, 灯塔 🙂");
  expect(await readTextFile(file(0xff, 0xfe, 0x41, 0x00, 0x42, 0x00))).toBe("AB");
  expect(await readTextFile(file(0xfe, 0xff, 0x00, 0x41))).toBe("A");
  expect(await readTextFile(file())).toBe("");
});

test("no text: a picture, bytes that are no letters, and what is far too large", async () => {
  expect(await readTextFile(file(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toBeNull();
  expect(await readTextFile(file(0x41, 0x00, 0x42))).toBeNull();
  expect(await readTextFile({ size: 5e9 } as Blob)).toBeNull();
});
