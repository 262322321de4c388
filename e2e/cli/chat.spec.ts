// facet chat with one prompt: what goes to standard output, what is stored, and how it ends.
import { spawn } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { textOf } from "../../electron/contract/parts";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { STARTER_MODEL } from "../../electron/core/starterModel";
import { expect, test, type FacetCommand } from "./facetCommand";
import { addFineTunes, storedChats } from "./storedData";

const SHORT = ["--temperature", "0", "--seed", "1", "--max-tokens", "8"];
/** The starter model goes on with it for a thousand tokens. */
const LONG = ["-p", "Write a very long story about a lighthouse, in many chapters.", "--temperature", "0"];

interface Answer {
  text: string;
  thought: string | null;
  state: string;
  modelName: string;
  answerTokens: number;
  decodeTokensPerSecond: number;
  fineTunes: { name: string; scale: number }[];
}

test.describe("with the starter model", () => {
  test.beforeEach(({ facet }) => facet.placeStarterModel());

  test("one prompt is answered to standard output, and the chat is stored", async ({ facet }) => {
    const plain = await facet.run(["chat", "smol", "-p", "Name a colour.", ...SHORT]);
    expect(plain).toMatchObject({ code: 0, stderr: "" });
    expect(plain.stdout).toMatch(/^\S.*\n$/su);
    expect(stripVTControlCharacters(plain.stdout)).toBe(plain.stdout);

    const { value, code } = await facet.json<Answer>(["chat", "-p", "Repeat this:", ...SHORT], { input: "banana\n" });
    expect(code).toBe(0);
    expect(value).toMatchObject({ state: "complete", thought: null, fineTunes: [] });
    expect(value.answerTokens).toBeGreaterThan(0);
    expect(value.decodeTokensPerSecond).toBeGreaterThan(0);

    expect((await readdir(facet.dataFolder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);

    const [second, first] = await storedChats(facet);
    expect(first?.messages.map(({ parts }) => textOf(parts))).toEqual(["Name a colour.", plain.stdout.trimEnd()]);
    expect(second?.messages.map(({ parts }) => textOf(parts))).toEqual(["Repeat this:\n\nbanana\n", value.text]);
  });

  test("fine-tunes answer, and a schema or a grammar gives the answer its form", async ({ facet }) => {
    await addFineTunes(facet, "Pirate", "Poet");
    const ask = ["chat", "-p", "Name a colour.", ...SHORT];
    const base = await facet.json<Answer>(ask);
    const both = await facet.json<Answer>([...ask, "--delta", "pirate", "--delta", "poet@0.5"]);
    expect(both.value.fineTunes).toMatchObject([
      { name: "Pirate", scale: 1 },
      { name: "Poet", scale: 0.5 },
    ]);
    expect(both.value.text).not.toBe(base.value.text);

    const grammar = path.join(facet.workFolder, "yesNo.gbnf");
    await writeFile(grammar, 'root ::= "yes" | "no"');
    const held = await facet.run(["chat", "-p", "Is water wet?", "--grammar", grammar]);
    expect(held.stdout).toMatch(/^(yes|no)\n$/u);
    const schema = path.join(facet.workFolder, "schema.json");
    await writeFile(schema, '{ "type": "object", "properties": { "ok": { "type": "boolean" } }, "required": ["ok"] }');
    const json = await facet.run(["chat", "--schema", schema], { input: "Is water wet?" });
    expect(JSON.parse(json.stdout)).toEqual({ ok: expect.any(Boolean) as unknown });
  });

  test("wrong uses are refused before anything is loaded", async ({ facet }) => {
    const broken = path.join(facet.workFolder, "broken.gbnf");
    await writeFile(broken, "root ::= missing");
    await addFineTunes(facet, "Pirate");
    const cases: [string[], number, RegExp][] = [
      [["chat"], 2, /nothing to answer/u],
      [["chat", "-p", "Hi", "--temperature", "9"], 2, /temperature cannot be “9”: it is a number from 0 to 2\./u],
      [["chat", "-p", "Hi", "--seed", "one"], 2, /seed cannot be “one”/u],
      [["chat", "-p", "Hi", "--think", "maybe"], 2, /it is on or off/u],
      [["chat", "-p", "Hi", "--grammar", broken], 1, /no rule with the name missing/u],
      [["chat", "-p", "Hi", "--schema", "nowhere.json"], 3, /There is no file “nowhere\.json”/u],
      [["chat", "-p", "Hi", "--schema", broken, "--grammar", broken], 2, /one form/u],
      [["chat", "qwen", "-p", "Hi"], 3, /no model named “qwen”[\s\S]*SmolLM2/u],
      [["chat", "-p", "Hi", "--delta", "poet"], 3, /no fine-tune named “poet”/u],
      [["chat", "-p", "Hi", "--delta", "pirate@strong"], 2, /a scale is a number/u],
      [["chat", "-p", "Hi", "--delta", "pirate@3"], 2, /from 0 to 2/u],
      [["chat", "smol", "extra", "-p", "Hi"], 2, /too many arguments/u],
    ];
    for (const [args, code, words] of cases) {
      const refused = await facet.run(args);
      expect(refused, args.join(" ")).toMatchObject({ code, stdout: "" });
      expect(refused.stderr).toMatch(words);
    }
    const { value, code } = await facet.json(["chat", "qwen", "-p", "Hi"]);
    expect([code, value]).toMatchObject([3, { error: { exitCode: 3 } }]);
    expect(await storedChats(facet)).toEqual([]);
  });

  test("Ctrl C in the middle of an answer keeps what was written", async ({ facet }) => {
    const running = facet.start(["chat", ...LONG]);
    running.endInput();
    await running.whenWritten(/(\w+\s+){10}/u);
    running.signal();
    const { code, stdout } = await running.result;
    expect(code).toBe(130);
    const [chat] = await storedChats(facet);
    expect(chat?.messages[1]).toMatchObject({ state: "stopped" });
    expect(textOf(chat?.messages[1]?.parts ?? []).trimEnd()).toBe(stdout.trimEnd());
  });

  test("a reader that goes ends the answer", async ({ facet }) => {
    const line = `"${process.execPath}" .vite/build/facet.mjs chat ${LONG.map((part) => `"${part}"`).join(" ")} < /dev/null | head -c 5; echo "\${PIPESTATUS[0]}" >&2`;
    const { stdout, stderr } = await bash(facet, line);
    expect(stdout).toHaveLength(5);
    expect(stderr.trim()).toBe("130");
    const [chat] = await storedChats(facet);
    expect(chat?.messages[1]?.state).toBe("stopped");
  });

  test("a model that does not fit is not loaded", async ({ facet }) => {
    const refused = await facet.run(["chat", "-p", "Hi", ...SHORT], { env: { FACET_MEMORY_LIMIT: "600000000" } });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/There is not enough memory for/u);
  });
});

test("without a model it is said how to get one; names that are not clear list those that they mean", async ({
  facet,
}) => {
  const none = await facet.run(["chat", "-p", "Hi"]);
  expect(none).toMatchObject({ code: 3, stdout: "" });
  expect(none.stderr).toContain("facet models search");
  for (const name of ["Tiny-One", "Tiny-Two"]) await writeTinyModel(path.join(facet.modelsFolder, `${name}.gguf`));
  const ambiguous = await facet.run(["chat", "tiny", "-p", "Hi"]);
  expect(ambiguous).toMatchObject({ code: 3, stdout: "" });
  expect(ambiguous.stderr).toMatch(/could be any of these:\n {2}Tiny.One\n {2}Tiny.Two/u);
});

test("a file is used where it is stored", async ({ facet }) => {
  await facet.placeStarterModel();
  const file = path.join(facet.modelsFolder, STARTER_MODEL.fileName);
  const { value } = await facet.json<Answer>(["chat", file, "-p", "Hi", ...SHORT]);
  expect(value.modelName).toContain("SmolLM2");
  const missing = await facet.run(["chat", path.join(facet.workFolder, "missing.gguf"), "-p", "Hi"]);
  expect(missing).toMatchObject({ code: 3, stdout: "" });
});

function bash(facet: FacetCommand, line: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn("bash", ["-c", line], {
    env: { ...process.env, FACET_DATA_DIR: facet.dataFolder },
    timeout: 60_000,
  });
  const written = { stdout: "", stderr: "" };
  child.stdout.on("data", (text: Buffer) => (written.stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (written.stderr += text.toString()));
  return new Promise((resolve) => child.once("close", () => resolve(written)));
}
