// What the list of fine-tunes says of each, and in which group it stands.
import { describe, expect, it, test } from "vitest";
import { Delta, type DeltaForModel } from "../contract/deltas";
import { failure } from "../contract/failure";
import {
  baseTitle,
  deltaFacts,
  groupDeltas,
  keptWords,
  kindAndRank,
  matchWords,
  originWords,
  problemWords,
} from "./deltaWords";

function delta(change: object = {}, facts: object = {}): Delta {
  return Delta.parse({
    id: "a".repeat(32),
    name: "SQL",
    hue: 0,
    sizeBytes: 1e6,
    origin: { kind: "file", fileName: "sql.gguf" },
    createdAtMs: 0,
    failure: null,
    facts: {
      kind: "lora",
      architecture: "llama",
      name: null,
      baseName: null,
      licence: null,
      baseFingerprint: null,
      rank: 16,
      changedTensorCount: 4,
      weightsBytes: 1e6,
      fidelity: null,
      ...facts,
    },
    ...change,
  });
}

const forModel = (change: Partial<DeltaForModel>): DeltaForModel => ({
  delta: delta(),
  match: "fits",
  failure: null,
  ...change,
});

test("kind, what is kept, base and origin", () => {
  expect(kindAndRank(delta().facts)).toBe("LoRA, rank 16");
  expect(kindAndRank(delta({}, { kind: "bitdelta", rank: null }).facts)).toBe("1-bit");
  expect([keptWords(null), keptWords(0.967), keptWords(0)]).toEqual(["not measured", "96% kept", "0% kept"]);
  expect(deltaFacts(delta())).toEqual(["LoRA, rank 16", "1 MB"]);
  expect(deltaFacts(delta({}, { kind: "bitdelta", rank: null, fidelity: 0.9 }))).toEqual(["1-bit", "1 MB", "90% kept"]);
  expect(baseTitle(delta())).toBe("a “llama” model");
  expect(baseTitle(delta({}, { baseName: "Tiny" }))).toBe("Tiny");
  const made = { kind: "made", fineTuneName: "Tiny tuned", baseName: "Tiny base" } as const;
  expect(baseTitle(delta({ origin: made }))).toBe("Tiny base");
  expect(originWords(made)).toBe("made by Facet from Tiny tuned");
});

describe("in the list", () => {
  const usable = forModel({});
  const byShapes = forModel({ match: "shapes-fit" });
  const other = forModel({ match: "refused", failure: failure("delta-other-base", { base: "Gemma" }) });
  const crashed = forModel({ delta: delta({ failure: failure("delta-crashed-last-time", { delta: "SQL" }) }) });
  const gone = forModel({
    match: "refused",
    failure: failure("delta-missing"),
    delta: delta({ failure: failure("delta-missing", { delta: "SQL" }) }),
  });

  it("those that go with the model come first, those of others last, and no group is empty", () => {
    expect(
      groupDeltas([other, usable, gone, byShapes, crashed]).map(({ kind, deltas }) => [kind, deltas.length]),
    ).toEqual([
      ["usable", 2],
      ["broken", 2],
      ["others", 1],
    ]);
    expect(groupDeltas([])).toEqual([]);
  });

  it("each that cannot be used says why, and what to do about its file", () => {
    expect(problemWords(usable)).toBeNull();
    expect(problemWords(byShapes)).toBeNull();
    expect(matchWords(byShapes)).toMatch(/try it/);
    expect(matchWords({ delta: delta({}, { baseFingerprint: "a-b" }), match: "fits" })).toBe("its fingerprint");
    expect(problemWords(other)).toMatch(/made for another model, “Gemma”/);
    expect(problemWords(gone)).toMatch(/no longer on this computer\. .*add its file again/);
    expect(problemWords(crashed)).toMatch(/the last time it loaded “SQL”.* Choose it again/);
  });
});
