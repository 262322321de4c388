// facet chat on a terminal, as it is typed in: prompts, commands, messages of several lines, Ctrl C and Ctrl D.
import { stripVTControlCharacters } from "node:util";
import { textOf } from "../../electron/contract/parts";
import { expect, test, type RunningCommand } from "./facetCommand";
import { addFineTunes, storedChats } from "./storedData";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const PASTE = (text: string) => `\u001B[200~${text}\u001B[201~`;
const LONG = "Write a very long story about a lighthouse, in many chapters.";
const SHORT = ["--temperature", "0", "--seed", "1", "--max-tokens", "6"];

test.skip(process.platform !== "linux", "The terminal is that of util-linux's script.");

/** What is on the screen, and what came since the last look. */
class Screen {
  readonly #running: RunningCommand;
  #seen = 0;

  constructor(running: RunningCommand) {
    this.#running = running;
  }

  /** Types, and waits for what is shown afterwards. */
  async type(text: string, awaited: RegExp): Promise<string> {
    this.#running.write(text);
    return this.wait(awaited);
  }

  async wait(awaited: RegExp): Promise<string> {
    await expect.poll(() => this.#fresh(), { timeout: 20_000, intervals: [50] }).toMatch(awaited);
    const fresh = this.#fresh();
    this.#seen = this.#running.stdout().length;
    return fresh;
  }

  #fresh(): string {
    return stripVTControlCharacters(this.#running.stdout().slice(this.#seen));
  }
}

/** The prompt at the end, with who answers. */
const promptOf = (who: string) => new RegExp(`${who}.* > $`, "u");

test.beforeEach(({ facet }) => facet.placeStarterModel());

test("messages are answered, with fine-tunes and settings that are changed on the way", async ({ facet }) => {
  await addFineTunes(facet, "Pirate");
  const running = facet.startOnTerminal(["chat", "smol", ...SHORT]);
  const screen = new Screen(running);
  await screen.wait(promptOf("SmolLM2"));
  const first = await screen.type("Name a colour.\r", promptOf("SmolLM2"));
  expect(first.split("\n").length).toBeGreaterThan(2);

  expect(await screen.type("/delta\r", promptOf("SmolLM2"))).toMatch(/Pirate +\d/u);
  await screen.type("/delta pir@0.5\r", promptOf("SmolLM2.* · Pirate@0.5"));
  await screen.type("And another?\r", promptOf("Pirate@0.5"));
  const stats = await screen.type("/stats\r", promptOf("Pirate"));
  expect(stats).toMatch(/Answer +6 tokens/u);
  expect(stats).toMatch(/Fine-tunes switched +\d+ ms/u);
  expect(stats).toMatch(/Context +\d+ of [\d,]+ tokens/u);
  await screen.type("/delta none\r", promptOf("SmolLM2[^·]*"));

  await screen.type("/set max-tokens 3\r", promptOf("SmolLM2"));
  expect(await screen.type("/set\r", promptOf("SmolLM2"))).toMatch(/max-tokens +3/u);
  expect(await screen.type("/set temperature 9\r", promptOf("SmolLM2"))).toMatch(/from 0 to 2/u);
  expect(await screen.type("/nonsense\r", promptOf("SmolLM2"))).toMatch(/no command \/nonsense/u);
  await screen.type("/system Answer in French.\r", promptOf("SmolLM2"));
  expect(await screen.type("/help\r", promptOf("SmolLM2"))).toContain("/bye");
  await screen.type("/new\r", promptOf("SmolLM2"));
  await screen.type("Hello\r", promptOf("SmolLM2"));
  running.write("/bye\r");
  expect((await running.result).code).toBe(0);

  const [second, chat] = await storedChats(facet);
  expect(chat?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(chat?.messages.map(({ stack }) => stack.map(({ name }) => name))).toEqual([[], [], [], ["Pirate"]]);
  expect(second?.chat.settings).toMatchObject({ maxTokens: 3, systemPrompt: "Answer in French." });
});

test("messages of several lines, on a terminal of 40 columns", async ({ facet }) => {
  const running = facet.startOnTerminal(["chat", "smol", ...SHORT], { columns: 40 });
  const screen = new Screen(running);
  const prompt = await screen.wait(/ > $/u);
  expect(prompt.split("\n").at(-1)?.length).toBeLessThan(30);
  await screen.type("one \\\r", /… $/u);
  await screen.type("two\r", / > $/u);
  await screen.type('"""three\r', /… $/u);
  await screen.type("\r", /… $/u);
  await screen.type('four"""\r', / > $/u);
  await screen.type(PASTE("five\nsix\\\nseven"), /seven$/u);
  await screen.type("\r", / > $/u);
  expect(await screen.type("/stats\r", / > $/u)).toMatch(/Context +[\d,]+ of [\d,]+ tokens \(\d+%\)/u);
  running.write(CTRL_D);
  expect((await running.result).code).toBe(0);
  const [chat] = await storedChats(facet);
  const asked = chat?.messages.filter(({ role }) => role === "user").map(({ parts }) => textOf(parts));
  expect(asked).toEqual(["one \ntwo", "three\n\nfour", "five\nsix\\\nseven"]);
});

test("Ctrl C stops an answer, throws away what is typed, and ends at an empty prompt", async ({ facet }) => {
  const running = facet.startOnTerminal(["chat", "smol", "--temperature", "0"]);
  const screen = new Screen(running);
  await screen.wait(promptOf("SmolLM2"));
  await screen.type(`${LONG}\r`, /chapters\.\s+(\S+\s+){10}/u);
  // Typed during the answer: read with the next prompt.
  running.write("typed ahead");
  expect(await screen.type(CTRL_C, / > $/u)).toContain("Stopped.");
  await screen.type("thrown away", /thrown away/u);
  await screen.type(CTRL_C, / > $/u);
  running.write(CTRL_C);
  expect((await running.result).code).toBe(0);
  const [chat] = await storedChats(facet);
  expect(chat?.messages.map(({ state }) => state)).toEqual(["complete", "stopped"]);
});

test("a model that does not fit is loaded when the user says so", async ({ facet }) => {
  const env = { FACET_MEMORY_LIMIT: "600000000" };
  const running = facet.startOnTerminal(["chat", "smol", ...SHORT], { env });
  const screen = new Screen(running);
  await screen.wait(/needs \d+ MB of memory[\s\S]*Load it\? $/u);
  await screen.type("a\r", promptOf("SmolLM2"));
  await screen.type("Hi\r", promptOf("SmolLM2"));
  running.write(CTRL_D);
  expect((await running.result).code).toBe(0);

  const refused = facet.startOnTerminal(["chat", "smol"], { env });
  const again = new Screen(refused);
  await again.wait(/Load it\? $/u);
  await again.type("n\r", /not enough memory/u);
  expect((await refused.result).code).toBe(1);
});

test("an answer for another command fails when the terminal of the chat that computes it is closed", async ({
  facet,
}) => {
  const chat = facet.startOnTerminal(["chat", "smol"]);
  await new Screen(chat).wait(promptOf("SmolLM2"));
  const guest = facet.start(["chat", "-p", LONG, "--temperature", "0"]);
  guest.endInput();
  // Twice a second what is written so far is stored.
  await guest.whenWritten(/(\S+\s+){60}/u);
  chat.signal("SIGKILL");
  const left = await guest.result;
  expect(left.code).toBe(1);
  expect(left.stderr).toMatch(
    /ended before it was whole: the Facet program that was writing it has ended\..* Ask again/u,
  );
  const [asked] = await storedChats(facet);
  expect(asked?.messages[1]?.state).toBe("interrupted");
  expect(textOf(asked?.messages[1]?.parts ?? [])).not.toBe("");
});
