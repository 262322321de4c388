// Runs the highlighting worker in Node, with its two ends of the conversation replaced by a promise.
import { beforeAll, describe, expect, it } from "vitest";
import { codeKinds, type HighlightedLine, type HighlightResponse } from "./codeKinds";
import { grammarName, loadGrammar } from "./grammars";

const worker: { onmessage?: (event: { data: unknown }) => void; postMessage?: (response: HighlightResponse) => void } =
  {};

beforeAll(async () => {
  Reflect.set(globalThis, "self", worker);
  await import("./highlightWorker");
});

let nextBlockId = 100;
const sentGrammars = new Set<string>();

async function highlight(
  blockId: number,
  language: string,
  lines: readonly string[],
): Promise<readonly HighlightedLine[]> {
  const grammars = sentGrammars.has(language) ? null : await loadGrammar(language);
  sentGrammars.add(language);
  const response = new Promise<HighlightResponse>((resolve) => {
    worker.postMessage = resolve;
  });
  worker.onmessage?.({ data: { blockId, language, grammars, lines } });
  return (await response).lines;
}

function textOf(lines: readonly HighlightedLine[]): string {
  return lines.map((line) => line.map(([text]) => text).join("")).join("\n");
}

/** Words and their kinds, for the words that are coloured. */
function coloured(lines: readonly HighlightedLine[]): [string, string][] {
  return lines
    .flat()
    .flatMap(([text, kind]): [string, string][] => (kind === 0 ? [] : [[text.trim(), codeKinds[kind]!]]));
}

describe("the highlighting worker", () => {
  it("colours by kind and loses no character", async () => {
    const code = ["import os", "", 'print("a\tb", 1)  # done'];
    const lines = await highlight(1, "python", code);
    expect(textOf(lines)).toBe(code.join("\n"));
    expect(coloured(lines)).toEqual(
      expect.arrayContaining([
        ["import", "keyword"],
        ["print", "function"],
        ["1", "constant"],
      ]),
    );
    expect(coloured(lines).some(([text, kind]) => kind === "comment" && text.includes("done"))).toBe(true);
  }, 20_000);

  it("goes on where the block was left: a comment that is still open", async () => {
    await highlight(2, "typescript", ["let a = 1; /* open"]);
    const more = await highlight(2, "typescript", ["still let a comment", "closed */ let b = 2;"]);
    expect(coloured(more)[0]).toEqual(["still let a comment", "comment"]);
    expect(coloured(more)).toEqual(expect.arrayContaining([["let", "keyword"]]));
    expect(more).toHaveLength(2);
  }, 20_000);

  it("keeps blocks apart", async () => {
    await highlight(3, "typescript", ["/* open"]);
    expect(coloured(await highlight(4, "typescript", ["let b"]))[0]).toEqual(["let", "keyword"]);
  }, 20_000);

  it("leaves a block plain that cannot be coloured, and goes on with the next", async () => {
    await highlight(5, "typescript", ["/* open"]);
    // The state of one language is nothing to another.
    expect(await highlight(5, "python", ["import os", "x"])).toEqual([[], []]);
    expect(coloured(await highlight(6, "python", ["import os"]))[0]).toEqual(["import", "keyword"]);
  }, 20_000);

  it.each(["bash", "c", "csharp", "css", "diff", "go", "html", "java", "json", "rust", "sql", "yaml"])(
    "%s has a grammar that the engine can run",
    async (language) => {
      const code = ['a = "text" // 1', "<b c='d'>if (x) { return 2; }</b>", "- x: y # z"];
      expect(textOf(await highlight(nextBlockId++, language, code))).toBe(code.join("\n"));
    },
    20_000,
  );
});

describe("grammars", () => {
  it.each([
    ["Python", "python"],
    ["  ts ", "typescript"],
    ["C++", "cpp"],
    ["sh", "bash"],
    ["text", null],
    ["", null],
    ["constructor", null],
    ["__proto__", null],
    ["../../x", null],
  ])("%s → %s", (written, name) => {
    expect(grammarName(written)).toBe(name);
  });

  it("rejects a name without a grammar", async () => {
    await expect(loadGrammar("constructor")).rejects.toThrow("No grammar");
  });
});
