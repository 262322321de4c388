// Which deltas go with which model: asked once for each pair, again when the model's file is another.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fail, failure, succeed, type Outcome } from "../../contract/failure";
import type { DeltaMatch } from "../../contract/fitProtocol";
import { DeltaId } from "../../contract/ids";
import { DeltaMatcher } from "./DeltaMatcher";

let folder: string;
let model: string;
let asked: string[][];
let answers: Record<string, Partial<DeltaMatch>>;
let matcher: DeltaMatcher;
const at = (name: string) => ({ deltaId: DeltaId.parse(name), path: `/deltas/${name}` });
const match = async (...names: string[]) => {
  const outcome: Outcome<DeltaMatch[]> = await matcher.match([model], names.map(at));
  return outcome.ok ? outcome.value.map((one) => [one.deltaId, one.match]) : outcome.failure.code;
};

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-matcher-"));
  model = path.join(folder, "model.gguf");
  await writeFile(model, "model");
  asked = [];
  answers = {};
  matcher = new DeltaMatcher({
    compareShapes: async (_model, deltas) => {
      asked.push(deltas.map(({ deltaId }) => deltaId));
      return succeed(deltas.map(({ deltaId }) => ({ deltaId, match: "shapes-fit" as const, failure: null, ...answers[deltaId] })));
    },
  });
});
afterEach(() => rm(folder, { recursive: true }));

it("asks only for what is not known", async () => {
  answers["b"] = { match: "refused", failure: failure("delta-shapes-differ") };
  expect(await match("a", "b")).toEqual([["a", "shapes-fit"], ["b", "refused"]]);
  expect(await match("b", "c", "a")).toEqual([["b", "refused"], ["c", "shapes-fit"], ["a", "shapes-fit"]]);
  expect(asked).toEqual([["a", "b"], ["c"]]);
});

it("asks again when the base's file is another", async () => {
  await match("a");
  await writeFile(model, "another model");
  await match("a");
  expect(asked).toEqual([["a"], ["a"]]);
});

it("does not remember what may be right the next time", async () => {
  answers["a"] = { match: "refused", failure: failure("model-unreadable") };
  expect(await match("a")).toBe("model-unreadable");
  answers = {};
  expect(await match("a")).toEqual([["a", "shapes-fit"]]);
});

it("says when the model is gone", async () => {
  await rm(model);
  expect(await match("a")).toBe("model-missing");
  expect(asked).toEqual([]);
});

it("hands on why the model's header could not be read", async () => {
  matcher = new DeltaMatcher({ compareShapes: async () => fail("model-damaged") });
  expect(await match("a")).toBe("model-damaged");
});
