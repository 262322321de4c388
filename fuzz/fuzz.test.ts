// Readers that are wrong on purpose must be found, with the seed and the index that repeat it; and sound ones must not.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Random } from "../scripts/texts/Random";
import { inputRandom } from "./inputRandom";
import { kindNamed } from "./kinds/allKinds";
import { mutateBytes } from "./mutate/bytes";
import { mutateJson } from "./mutate/json";
import { runKind } from "./runKind";

const TIMEOUT_MS = 240_000;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-fuzz-test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function command(...args: string[]): { code: number | null; text: string } {
  const { status, stdout } = spawnSync(
    process.execPath,
    ["scripts/run.mjs", "fuzz/fuzz.ts", "--findings", folder, ...args],
    { encoding: "utf8" },
  );
  return { code: status, text: stdout };
}

it(
  "ends with 1 when a reader is wrong, and names the command that shows it again",
  () => {
    const first = command("--kind", "seeded-exception", "--seed", "7", "--count", "12");
    expect(first.code).toBe(1);
    const repeat = /npm run fuzz -- (--kind seeded-exception --seed 7 --index \d+)/u.exec(first.text)?.[1] ?? "";
    const again = command(...repeat.split(" "));
    expect(again).toMatchObject({ code: 1, text: expect.stringContaining("read behind the end") });
  },
  TIMEOUT_MS,
);

it.each([
  ["seeded-exception", "untyped-error"],
  ["seeded-rejection", "uncaught-error"],
  ["seeded-crash", "crash"],
  ["seeded-hang", "hang"],
  ["seeded-memory", "memory"],
])(
  "finds a %s as %s, and saves its input and a smaller one",
  async (name, fault) => {
    const { findings } = await runKind(
      kindNamed(name),
      { seed: 3, from: 0, to: 4 },
      { hangMs: 3_000, shrinkMs: 1_000, untilMs: Infinity, folder },
    );
    expect(findings).toMatchObject([{ kindName: name, seed: 3, fault, isRepeatable: true }]);
    const [{ folder: saved, index } = { folder: "", index: 0 }] = findings;
    const { make } = await kindNamed(name).open(folder);
    const input = readFileSync(path.join(saved, "input", "text"));
    expect(input).toEqual(make(inputRandom(name, 3, index))["text"]);
    expect(readFileSync(path.join(saved, "small", "text")).length).toBeLessThanOrEqual(input.length);
  },
  TIMEOUT_MS,
);

it("makes the same inputs of the same seed, and others of another", () => {
  const json = (seed: number) =>
    mutateJson({ files: [{ path: "/a.gguf", sizeBytes: 7 }] }, new Random(seed)).toString();
  const bytes = (seed: number) => mutateBytes(Buffer.from("GGUF and so on"), new Random(seed)).toString("hex");
  for (const made of [json, bytes]) {
    expect(made(5)).toBe(made(5));
    expect(new Set(Array.from({ length: 50 }, (_, seed) => made(seed))).size).toBeGreaterThan(40);
  }
});
