// What messages are made of: how parts grow, and what is their text.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addChange, changeParts, countCharacters, textOf, textParts, type MessagePart, type PartChange } from "./parts";

const thought: MessagePart = { kind: "thought", text: "Hm", durationMs: null };
const call: MessagePart = { kind: "tool-call", callId: "c1", name: "weather", arguments: '{"city":' };
const result: MessagePart = { kind: "tool-result", callId: "c1", name: "weather", text: "Rain" };
const text: MessagePart = { kind: "text", text: "It rains" };

describe("changeParts", () => {
  it("opens a part after the others", () => {
    expect(changeParts([], { kind: "open", part: thought })).toEqual([thought]);
    expect(changeParts([thought], { kind: "open", part: call })).toEqual([thought, call]);
  });

  it.each([
    [text, { ...text, text: "It rains." }],
    [thought, { ...thought, text: "Hm." }],
    [result, { ...result, text: "Rain." }],
    [call, { ...call, arguments: '{"city":.' }],
  ])("appends to the last part: %o", (last, grown) => {
    expect(changeParts([text, last], { kind: "append", text: "." })).toEqual([text, grown]);
  });

  it("opens a text where there is nothing to append to", () => {
    expect(changeParts([], { kind: "append", text: "So" })).toEqual(textParts("So"));
  });

  it("replaces the last part, also by another kind", () => {
    expect(changeParts([thought, text], { kind: "replace", part: call })).toEqual([thought, call]);
    expect(changeParts([], { kind: "replace", part: call })).toEqual([call]);
  });

  it("leaves the parts that it was given as they are, and keeps those before the last", () => {
    const before = [{ ...thought }, { ...text }];
    for (const change of [
      { kind: "open", part: call },
      { kind: "append", text: "." },
      { kind: "replace", part: call },
    ] as const) {
      const after = changeParts(before, change);
      expect(before).toEqual([thought, text]);
      expect(after[0]).toBe(before[0]);
    }
  });
});

describe("addChange", () => {
  const listOf = (changes: readonly PartChange[]) => {
    const list: PartChange[] = [];
    for (const change of changes) addChange(list, change);
    return list;
  };

  it("joins text that follows text, and nothing else", () => {
    const open: PartChange = { kind: "open", part: text };
    const append = (more: string): PartChange => ({ kind: "append", text: more });
    expect(listOf([append("a"), append("b"), open, append("c"), append("d"), { kind: "replace", part: call }])).toEqual(
      [append("ab"), open, append("cd"), { kind: "replace", part: call }],
    );
  });

  it("changes parts as the changes themselves do, and leaves those as they are", () => {
    const part = fc.constantFrom(text, thought, call, result);
    const change: fc.Arbitrary<PartChange> = fc.oneof(
      fc.record({ kind: fc.constant("append" as const), text: fc.string({ maxLength: 4 }) }),
      fc.record({ kind: fc.constantFrom("open" as const, "replace" as const), part }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 2 }), fc.array(change, { maxLength: 20 }), (parts, changes) => {
        const given = structuredClone(changes);
        const list = listOf(changes);
        expect(changes).toEqual(given);
        expect(list.reduce(changeParts, parts)).toEqual(changes.reduce(changeParts, parts));
        expect(list.some(({ kind }, index) => kind === "append" && list[index - 1]?.kind === "append")).toBe(false);
      }),
    );
  });
});

describe("the text of parts", () => {
  it("is what is read of an answer: no thoughts, no calls, no results", () => {
    expect(textOf([thought, text, call, result])).toBe("It rains");
    expect(textOf([text, thought, { kind: "text", text: "Still" }])).toBe("It rains\n\nStill");
    expect(textOf([])).toBe("");
  });

  it("is one part; no text is none", () => {
    expect(textParts("Hello")).toEqual([{ kind: "text", text: "Hello" }]);
    expect(textParts("")).toEqual([]);
  });

  it("counts in characters with all else that is written", () => {
    expect(countCharacters([thought, call, result, text])).toBe(2 + 7 + 8 + 4 + 8);
  });
});
