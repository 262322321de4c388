// What is opened, and what is not waited for.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { abandonable } from "./abandonable";
import { NotARegularFileError, UserFile } from "./UserFile";

let folder: string;
const inside = (name: string) => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("reads a file in order, from a position, and whole", async () => {
  writeFileSync(inside("file"), "0123456789");
  const file = await UserFile.open(inside("file"));
  expect(file.sizeBytes).toBe(10);
  const piece = new Uint8Array(4);
  const pieces: string[] = [];
  for (let count = await file.read(piece); count > 0; count = await file.read(piece))
    pieces.push(Buffer.from(piece.subarray(0, count)).toString());
  expect(pieces).toEqual(["0123", "4567", "89"]);
  expect(Buffer.from(await file.readAt(7, 100)).toString()).toBe("789");
  await file.close();
  const again = await UserFile.open(inside("file"));
  expect(String(await again.readAll())).toBe("0123456789");
  await again.close();
});

it("opens no folder, and says what is missing as the file system does", async () => {
  await expect(UserFile.open(folder)).rejects.toThrow(NotARegularFileError);
  await expect(UserFile.open(inside("gone"))).rejects.toMatchObject({ code: "ENOENT" });
});

it.skipIf(process.platform === "win32")("opens no pipe, no link to one, and no device", async () => {
  execFileSync("mkfifo", [inside("pipe")]);
  symlinkSync(inside("pipe"), inside("link"));
  for (const special of [inside("pipe"), inside("link"), "/dev/null", "/dev/tty"])
    await expect(UserFile.open(special)).rejects.toThrow();
});

it("reads nothing after it was cancelled", async () => {
  writeFileSync(inside("file"), "0123456789");
  const cancelling = new AbortController();
  const file = await UserFile.open(inside("file"), cancelling.signal);
  cancelling.abort(new Error("cancelled"));
  await expect(file.read(new Uint8Array(4))).rejects.toThrow("cancelled");
  await expect(file.readAll()).rejects.toThrow("cancelled");
  await file.close();
  await expect(UserFile.open(inside("file"), cancelling.signal)).rejects.toThrow("cancelled");
});

it.skipIf(process.platform === "win32")("does not wait for a call that hangs", async () => {
  execFileSync("mkfifo", [inside("pipe")]);
  const hanging = open(inside("pipe"));
  const cancelling = new AbortController();
  const waiting = abandonable(hanging, cancelling.signal);
  cancelling.abort(new Error("cancelled"));
  await expect(waiting).rejects.toThrow("cancelled");
  // Lets the thread go.
  await (await open(inside("pipe"), "w")).close();
  await (await hanging).close();
});
