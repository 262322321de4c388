// Wrong tokenizers are refused before llama.cpp sees them, with the reason; odd ones that work pass. That nothing else ends the engine:
// electron/testing/wrongModels.model.test.ts.
import { expect, it } from "vitest";
import { detailsOf } from "../../contract/failureDetails";
import { wrongTokenizers } from "../../testing/wrongTokenizers";
import { checkLoadable } from "./checkLoadable";
import { readGgufHeader } from "./readGgufHeader";

/** Of processor time: others may use the machine. */
const MAX_CPU_MS = 1000;

async function check(bytes: Uint8Array) {
  const header = await readGgufHeader(
    { sizeBytes: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) },
    { withVocabulary: true },
  );
  return header.ok ? checkLoadable(header.value, true) : header;
}

/** By name: of those that are only refused by llama.cpp itself, or by their kind, nothing is said here. */
const byLlamaCpp: ReadonlySet<string> = new Set(["a tokenizer called by a number", "tokens as one text"]);

it.each(wrongTokenizers().filter(({ outcome, name }) => outcome !== "either" && !byLlamaCpp.has(name)))(
  "$name: $outcome",
  async ({ outcome, bytes }) => {
    const file = bytes();
    const before = process.cpuUsage();
    const checked = await check(file);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(MAX_CPU_MS);
    expect(checked.ok ? "works" : "refused").toBe(outcome);
    const { reason, tokenizer } = checked.ok ? { reason: "none" } : detailsOf(checked.failure);
    expect(reason ?? tokenizer ?? "").not.toBe("");
  },
);

it("says which token comes twice, and where", async () => {
  const doubled = wrongTokenizers().find(({ name }) => name === "the same token twice: a word and a byte");
  expect(await check(doubled?.bytes() ?? new Uint8Array())).toMatchObject({
    ok: false,
    failure: {
      code: "model-vocabulary-unusable",
      details: { reason: "token-twice", text: expect.stringMatching(/./u) as string, first: "65", second: "260" },
    },
  });
});
