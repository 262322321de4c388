// How a download's files get their names: beside what is there, never over it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ModelOrigin } from "../../contract/downloads";
import { HeldFileError } from "../../files/whenReleased";
import { diskFailure } from "./diskFailure";
import { originPath, putInPlace, readOrigin } from "./downloadDisk";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-downloads-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const origin = ModelOrigin.parse({
  version: 1,
  endpoint: "https://huggingface.co",
  repository: "maker/model",
  revision: "a".repeat(40),
  path: "model.gguf",
  sizeBytes: 4,
  sha256: "b".repeat(64),
  licence: null,
  quantization: null,
  downloadedAt: new Date(0).toISOString(),
});

it("gives a part its name and its origin", async () => {
  const part = path.join(folder, "part");
  const file = path.join(folder, "maker__model", "model.gguf");
  writeFileSync(part, "mine");
  await putInPlace(part, file, origin);
  expect(readFileSync(file, "utf8")).toBe("mine");
  expect(await readOrigin(file)).toEqual(origin);
  expect(readdirSync(folder)).toEqual(["maker__model"]);
});

it("says of a file that another program holds that it is held, not that nothing may be written there", () => {
  const refusal = Object.assign(new Error("EPERM: operation not permitted, rename"), {
    code: "EPERM",
    syscall: "rename",
  });
  expect(diskFailure(new HeldFileError(refusal), 0)).toMatchObject({
    code: "download-folder-unusable",
    details: { reason: "held-by-another-program" },
  });
  expect(diskFailure(refusal, 0).details).toEqual({});
});

it("overwrites neither a file that got the name meanwhile nor what is known of it", async () => {
  const part = path.join(folder, "part");
  const file = path.join(folder, "model.gguf");
  writeFileSync(part, "mine");
  writeFileSync(file, "of somebody else");
  writeFileSync(originPath(file), "theirs");
  const error: unknown = await putInPlace(part, file, origin).catch((thrown: unknown) => thrown);
  expect(diskFailure(error, 0).code).toBe("download-name-taken");
  expect(readFileSync(file, "utf8")).toBe("of somebody else");
  expect(readFileSync(originPath(file), "utf8")).toBe("theirs");
  expect(readFileSync(part, "utf8")).toBe("mine");
});
