// What is switched off is kept, and comes back as it was.
import { expect, it, test } from "vitest";
import { ChatSettings, defaultChatSettings, type AnswerStructure } from "../../../../electron/contract/sampling";
import {
  chooseStructure,
  lastStructure,
  structureOfKind,
  switchTools,
  writeStructure,
  writeTools,
} from "./structureChoice";

const schema: AnswerStructure = { kind: "json-schema", schema: "{}" };
const grammar: AnswerStructure = { kind: "grammar", grammar: 'root ::= "a"' };

it("keeps a structure that is switched off, and each kind's beside the other", () => {
  const written = writeStructure(defaultChatSettings, "json-schema", schema);
  expect(written.structure).toEqual(schema);
  const off = chooseStructure(written, "none");
  expect(off).toEqual({ ...defaultChatSettings, setAside: { structures: [schema] } });
  expect(lastStructure(off)).toEqual(schema);

  const other = writeStructure(chooseStructure(off, "grammar"), "grammar", grammar);
  expect(other).toEqual({ ...defaultChatSettings, structure: grammar, setAside: { structures: [schema] } });
  expect(chooseStructure(other, "none").setAside?.structures).toEqual([grammar, schema]);
  const back = chooseStructure(other, "json-schema");
  expect(back.structure).toEqual(schema);
  expect(structureOfKind(back, "grammar")).toEqual(grammar);
  expect(ChatSettings.parse(back)).toEqual(back);
  expect(chooseStructure(chooseStructure(back, "none"), "json-schema")).toEqual(back);
});

it("forgets what is typed away, of that kind only", () => {
  const both = writeStructure(
    { ...defaultChatSettings, setAside: { structures: [schema], tools: "[]" } },
    "grammar",
    grammar,
  );
  expect(writeStructure(both, "grammar", undefined)).toEqual({
    ...defaultChatSettings,
    setAside: { structures: [schema], tools: "[]" },
  });
  expect(writeStructure(chooseStructure(both, "none"), "json-schema", undefined).setAside?.structures).toEqual([
    grammar,
  ]);
});

test("tools are switched off and on, and changed while they are off they are on again", () => {
  const on = writeTools(defaultChatSettings, "[1]");
  expect(on.tools).toBe("[1]");
  const off = switchTools(on, false);
  expect(off).toEqual({ ...defaultChatSettings, setAside: { tools: "[1]" } });
  expect(switchTools(off, false)).toEqual(off);
  expect(switchTools(off, true)).toEqual(on);
  expect(writeTools(off, "[2]")).toEqual({ ...defaultChatSettings, tools: "[2]" });
  expect(writeTools(off, " ")).toEqual(defaultChatSettings);
  expect(switchTools(defaultChatSettings, true)).toEqual(defaultChatSettings);
});
