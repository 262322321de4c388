// facet bench: speeds of a real model, alone and with a fine-tune; nothing of it is left in the chats.
import { expect, test } from "./facetCommand";
import { addFineTunes, storedChats } from "./storedData";

interface Row {
  fineTune: string | null;
  promptTokens: number;
  cachedTokens: number;
  answerTokens: number;
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
  deltaLoadMs: number | null;
  deltaSwitchMs: number | null;
}

const SMALL = ["--prompt-tokens", "100", "--tokens", "8"];

test("speeds are measured and shown, and the chats are as before", async ({ facet }) => {
  await facet.placeStarterModel();
  await addFineTunes(facet, "Pirate");
  const { value, code } = await facet.json<Row[]>(["bench", "smol", "--delta", "pirate@0.5", ...SMALL]);
  expect(code).toBe(0);
  expect(value.map(({ fineTune }) => fineTune)).toEqual([null, "Pirate@0.5"]);
  for (const row of value) {
    expect(row.answerTokens).toBe(8);
    expect(row.promptTokens).toBeGreaterThan(80);
    expect(row.promptTokens).toBeLessThan(160);
    expect(row.cachedTokens).toBeLessThan(40);
    expect(row.prefillTokensPerSecond).toBeGreaterThan(0);
    expect(row.decodeTokensPerSecond).toBeGreaterThan(0);
  }
  expect(value[0]?.deltaLoadMs).toBeNull();
  expect(value[1]?.deltaLoadMs).toBeGreaterThan(0);
  expect(value[1]?.deltaSwitchMs).toBeGreaterThanOrEqual(0);

  const table = await facet.run(["bench", "smol", ...SMALL]);
  expect(table.code).toBe(0);
  expect(table.stdout).toMatch(
    /^WITH +READS +WRITES.*\nSmolLM2[^\n]* [\d,.]+ tokens\/s +[\d,.]+ tokens\/s +[\d,]+ ms +– +–\n$/u,
  );
  expect(await storedChats(facet)).toEqual([]);
});

test("wrong uses are refused, and Ctrl C leaves nothing", async ({ facet }) => {
  await facet.placeStarterModel();
  const cases: [string[], number, RegExp][] = [
    [["bench"], 2, /Something is missing: <model>/u],
    [["bench", "qwen"], 3, /no model named/u],
    [["bench", "smol", "--delta", "pirate"], 3, /no fine-tune named/u],
    [["bench", "smol", "--tokens", "many"], 2, /--tokens cannot be “many”/u],
    [["bench", "smol", "--prompt-tokens", "900000"], 2, /too few for so long a prompt/u],
  ];
  for (const [args, code, words] of cases) {
    const refused = await facet.run(args);
    expect(refused, args.join(" ")).toMatchObject({ code, stdout: "" });
    expect(refused.stderr).toMatch(words);
  }
  const running = facet.start(["bench", "smol", "--prompt-tokens", "2000", "--tokens", "3000"]);
  running.endInput();
  await running.whenWritten(/Measuring/u);
  running.signal();
  expect(await running.result).toMatchObject({ code: 130, stdout: "" });
  expect(await storedChats(facet)).toEqual([]);
});
