// Unit tests of what the header, the palette and the composer compute of fine-tunes.
import { describe, expect, it } from "vitest";
import { scaleRange } from "../../../../electron/contract/deltaKinds";
import {
  MAX_STACK_DELTAS,
  type Delta,
  type DeltaForModel,
  type NamedStack,
} from "../../../../electron/contract/deltas";
import { failure, type Failure } from "../../../../electron/contract/failure";
import { DeltaId } from "../../../../electron/contract/ids";
import { fineTuneChoices, lastUses, MAX_CHIPS, usableStack } from "./fineTuneChoices";
import { leftOutWords } from "./leftOutWords";
import { paletteOptions } from "./paletteOptions";
import { choiceOf, entryOf, parseScale, toggled, withEntry, withoutDelta } from "./stackChanges";

function delta(name: string, createdAtMs = 0, problem: Failure | null = null): Delta {
  return {
    id: DeltaId.parse(name.replaceAll(" ", "-")),
    name,
    hue: 3,
    sizeBytes: 1,
    origin: { kind: "file", fileName: name },
    createdAtMs,
    failure: problem,
    facts: {
      kind: "lora",
      architecture: "llama",
      name: null,
      baseName: null,
      licence: null,
      baseFingerprint: null,
      rank: 8,
      changedTensorCount: 1,
      weightsBytes: 1,
      fidelity: null,
    },
  };
}

const fits = (one: Delta): DeltaForModel => ({ delta: one, match: "fits", failure: null });
const refused = (one: Delta): DeltaForModel => ({ delta: one, match: "refused", failure: failure("delta-other-base") });
const sql = delta("SQL", 1);
const words = delta("words", 2);
const json = delta("json", 3);
/** Newest first, as main gives it. */
const library = [json, words, sql];
const names = (choices: readonly { entry: { name: string } }[]) => choices.map(({ entry }) => entry.name);

describe("a stack", () => {
  it("takes one more at its end, another strength in its place, and no fifth", () => {
    const two: NamedStack = [entryOf(sql, 1), entryOf(words, 1)];
    expect(choiceOf(withEntry(two, entryOf(sql, 0.5)))).toEqual([
      { deltaId: "SQL", scale: 0.5 },
      { deltaId: "words", scale: 1 },
    ]);
    const full = ["a", "b", "c", "d"].map((name) => entryOf(delta(name), 1));
    expect(full).toHaveLength(MAX_STACK_DELTAS);
    expect(withEntry(full, entryOf(sql, 1))).toBe(full);
    expect(withoutDelta(two, sql.id)).toEqual([entryOf(words, 1)]);
    expect(toggled(toggled(two, entryOf(json, 1)), entryOf(json, 1))).toEqual(two);
  });
  it.each([
    ["0.8", 0.8],
    ["1,25", 1.25],
    ["2", 2],
    ["0", 0],
    ["2.1", null],
    ["-1", null],
    ["", null],
    ["strong", null],
  ])("reads %j as a strength", (text, value) => {
    expect(parseScale(text, scaleRange("lora"))).toBe(value);
  });
});

describe("what the header offers", () => {
  const offer = (
    stack: NamedStack,
    forModel: DeltaForModel[] | null,
    all: readonly Delta[] = library,
    uses = lastUses([], [], {}),
  ) => fineTuneChoices({ stack, library: all, forModel, lastUses: uses });

  it("keeps the library's order, oldest first, whatever is chosen", () => {
    expect(names(offer([], library.map(fits)))).toEqual(["SQL", "words", "json"]);
    expect(names(offer([entryOf(json, 1)], library.map(fits)))).toEqual(["SQL", "words", "json"]);
  });
  it("has no chip for what does not fit, unless the stack holds it", () => {
    const forModel = [fits(json), refused(words), fits(sql)];
    const free = offer([], forModel);
    expect(free.map(({ isChip, canBeChosen }) => [isChip, canBeChosen])).toEqual([
      [true, true],
      [false, false],
      [true, true],
    ]);
    const held = offer([entryOf(words, 1)], forModel)[1];
    expect(held).toMatchObject({
      isChip: true,
      isChosen: true,
      canBeChosen: false,
      problem: { code: "delta-other-base" },
    });
  });
  it("shows what was used or added last when there are too many, and always the whole stack", () => {
    const many = Array.from({ length: MAX_CHIPS + 3 }, (_unused, index) => delta(`d${index}`, index)).toReversed();
    const uses = lastUses([], [], {}).set(DeltaId.parse("d0"), { atMs: 100, scale: 0.8 });
    const offered = offer([entryOf(delta("d1"), 1)], many.map(fits), many, uses);
    expect(names(offered.filter(({ isChip }) => isChip))).toEqual(["d0", "d1", "d5", "d6", "d7", "d8"]);
    expect(offered[0]?.entry.scale).toBe(0.8);
  });
  it("remembers a deleted one of the stack, and says so only once main has told all", () => {
    const gone = entryOf(delta("gone"), 0.5);
    expect(offer([gone], null).at(-1)).toMatchObject({ entry: gone, isChip: true, problem: null });
    expect(offer([gone], library.map(fits)).at(-1)).toMatchObject({
      canBeChosen: false,
      problem: { code: "delta-missing", details: { delta: "gone" } },
    });
  });
  it("lets a user choose again what the engine died of", () => {
    const crashed = delta("SQL", 1, failure("delta-crashed-last-time"));
    expect(offer([], [fits(sql)], [crashed])[0]).toMatchObject({
      canBeChosen: true,
      problem: { code: "delta-crashed-last-time" },
    });
    // The library says first that it was chosen again; how it goes with the model is told a little later.
    expect(offer([], [fits(crashed)], [sql])[0]).toMatchObject({ problem: null });
  });
});

it("the newest use decides how strong a fine-tune comes back, and what was set in this session above all", () => {
  const chats = [
    [0.4, 10],
    [0.6, 20],
    [0.5, 15],
  ].map(([scale, lastUsedAtMs]) => ({ stack: [entryOf(sql, scale ?? 1)], lastUsedAtMs: lastUsedAtMs ?? 0 }));
  expect(lastUses(chats, [], {}).get(sql.id)).toEqual({ atMs: 20, scale: 0.6 });
  expect(lastUses(chats, [{ stack: [entryOf(sql, 0.7)], createdAtMs: 30 }], {}).get(sql.id)).toEqual({
    atMs: 30,
    scale: 0.7,
  });
  expect(lastUses(chats, [], { [sql.id]: 2 }).get(sql.id)).toEqual({ atMs: 20, scale: 2 });
});

it("the palette finds names by all words of the query, Base too, and nothing that does not fit", () => {
  const choices = fineTuneChoices({
    stack: [],
    library: [delta("Plain words"), ...library],
    forModel: [refused(json), fits(sql)],
    lastUses: new Map(),
  });
  const found = (query: string) => paletteOptions(choices, query).map((choice) => choice?.entry.name ?? "Base");
  expect(found("")).toEqual(["Base", "SQL", "words", "Plain words"]);
  expect(found("WORDS pl")).toEqual(["Plain words"]);
  expect(found("ba")).toEqual(["Base"]);
  expect(found("json")).toEqual([]);
});

it("what is left out of a message is said before, and who answers instead", () => {
  const stack = [entryOf(sql, 0.5), entryOf(words, 1)];
  const said = (forModel: DeltaForModel[], all: readonly Delta[] = library) => {
    const choices = fineTuneChoices({ stack, library: all, forModel, lastUses: new Map() });
    return leftOutWords(
      choices.filter(({ isChosen, problem }) => isChosen && problem !== null),
      stack.length,
    );
  };
  expect(said(library.map(fits))).toBeNull();
  expect(said([fits(sql), refused(words)])).toBe(
    "“words” doesn’t fit this model. Load its model, or choose another fine-tune at the top. The others answer without it.",
  );
  expect(said([fits(json)], [json])).toBe("“SQL + words” was deleted. Base answers instead.");
  expect(usableStack(stack, library, [fits(sql), refused(words)])).toEqual([entryOf(sql, 0.5)]);
});
