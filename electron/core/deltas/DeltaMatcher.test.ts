// Which deltas go with which model: asked once for each pair, again when the model's file is another.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fail, failure, succeed, type Outcome } from "../../contract/failure";
import type { DeltaMatch } from "../../contract/fitProtocol";
import { DeltaId } from "../../contract/ids";
import type { BaseVerdict } from "../../contract/deltaJobs";
import { DeltaMatcher } from "./DeltaMatcher";

let folder: string;
let model: string;
let asked: string[][];
let answers: Record<string, Partial<DeltaMatch>>;
let verdict: Outcome<BaseVerdict>;
let checked: string[];
let matcher: DeltaMatcher;
const at = (name: string) => ({
  deltaId: DeltaId.parse(name),
  path: `/deltas/${name}`,
  hasFingerprint: name.startsWith("made"),
  baseName: "Base 1B",
});
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
  verdict = succeed("same");
  checked = [];
  matcher = new DeltaMatcher({
    checkBase: async (delta) => (checked.push(delta), verdict),
    log: () => {},
    compareShapes: async (_model, deltas) => {
      asked.push(deltas.map(({ deltaId }) => deltaId));
      return succeed(
        deltas.map(({ deltaId }) => ({ deltaId, match: "shapes-fit" as const, failure: null, ...answers[deltaId] })),
      );
    },
  });
});
afterEach(() => rm(folder, { recursive: true }));

it("asks only for what is not known", async () => {
  answers["b"] = { match: "refused", failure: failure("delta-shapes-differ") };
  expect(await match("a", "b")).toEqual([
    ["a", "shapes-fit"],
    ["b", "refused"],
  ]);
  expect(await match("b", "c", "a")).toEqual([
    ["b", "refused"],
    ["c", "shapes-fit"],
    ["a", "shapes-fit"],
  ]);
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
  expect(await match("a", "b")).toEqual([
    ["a", "refused"],
    ["b", "shapes-fit"],
  ]);
  answers = {};
  expect(await match("a")).toEqual([["a", "shapes-fit"]]);
});

it("says when the model is gone", async () => {
  await rm(model);
  expect(await match("a")).toBe("model-missing");
  expect(asked).toEqual([]);
});

it("hands on why the model's header could not be read", async () => {
  matcher = new DeltaMatcher({
    compareShapes: async () => fail("model-damaged"),
    checkBase: async () => verdict,
    log: () => {},
  });
  expect(await match("a")).toBe("model-damaged");
});

it.each<[BaseVerdict, string, string | undefined]>([
  ["same", "fits", undefined],
  ["unknown", "shapes-fit", undefined],
  ["other-weights", "refused", "delta-other-base"],
  ["other-tokenizer", "refused", "delta-other-base"],
  ["trained-further", "refused", "delta-other-base"],
  ["is-fine-tune", "refused", "delta-other-base"],
  ["other-shapes", "refused", "delta-shapes-differ"],
  ["other-architecture", "refused", "delta-other-architecture"],
])("believes the fingerprint where there is one: %s is %s", async (found, wanted, code) => {
  verdict = succeed(found);
  const outcome = await matcher.match([model], [at("made"), at("plain")]);
  expect(outcome).toMatchObject({
    ok: true,
    value: [
      { match: wanted, failure: code === undefined ? null : { code, details: { base: "Base 1B" } } },
      { match: "shapes-fit" },
    ],
  });
  expect(checked).toEqual(["/deltas/made"]);
});

it("goes by the shapes where fingerprints cannot be compared, and refuses where the check itself fails", async () => {
  verdict = fail("addon-missing");
  expect(await match("made")).toEqual([["made", "shapes-fit"]]);
  verdict = fail("delta-damaged");
  expect(await match("made2")).toEqual([["made2", "refused"]]);
});
