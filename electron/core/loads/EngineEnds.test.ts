// Counted by model and content, over restarts; a success and another file start over.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ModelId } from "../../contract/ids";
import { openJsonFile } from "../JsonFile";
import { EngineEnds, StoredEngineEnds } from "./EngineEnds";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-ends-"));
});
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

const open = async () =>
  new EngineEnds((await openJsonFile(path.join(folder, "engine-ends.json"), StoredEngineEnds, () => 0)).file);
const model = (name: string, content = "as it is") => ({ id: ModelId.parse(name), fileName: `${name}.gguf`, content });

it("the second time in a row is refused, also after a restart, and a success starts the count again", async () => {
  const ends = await open();
  expect(ends.count(model("a"))).toBeNull();
  expect(ends.count(model("b"))).toBeNull();
  expect(ends.count(model("a"))).toMatchObject({ code: "model-ended-engine-twice", details: { file: "a.gguf" } });
  expect(ends.refusal(model("b"))).toBeNull();
  await expect.poll(async () => (await open()).refusal(model("a"))?.code).toBe("model-ended-engine-twice");
  expect(ends.clear(model("a").id)).toBe(true);
  expect(ends.clear(model("a").id)).toBe(false);
  expect(ends.refusal(model("a"))).toBeNull();
  expect(ends.count(model("a"))).toBeNull();
});

it("another file under the same name is another one", async () => {
  const ends = await open();
  ends.count(model("a"));
  ends.count(model("a"));
  expect(ends.refusal(model("a", "changed"))).toBeNull();
  expect(ends.count(model("a", "changed"))).toBeNull();
  expect(ends.count(model("a", "changed"))).not.toBeNull();
});
