// facet models: what is on this computer, shown, imported, verified and removed.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { expect, test, type FacetCommand } from "./facetCommand";

interface ListedModel {
  id: string;
  name: string;
  fileName: string;
  quantization: string | null;
  isLoaded: boolean;
}

async function listed(facet: FacetCommand): Promise<ListedModel[]> {
  return (await facet.json<ListedModel[]>(["models", "list"])).value;
}

/** A tiny model in Facet's folder. */
async function placeTiny(facet: FacetCommand, fileName: string, name: string): Promise<string> {
  const file = path.join(facet.modelsFolder, fileName);
  await writeTinyModel(file, { name });
  return file;
}

test("models are listed and shown with what their files say, and nothing is written for that", async ({ facet }) => {
  const none = await facet.run(["models", "list"]);
  expect(none).toMatchObject({ code: 0, stdout: "" });
  expect(none.stderr).toContain("facet models search");

  await placeTiny(facet, "Tiny-Q8_0.gguf", "Tiny");
  const before = await readdir(facet.dataFolder, { recursive: true });
  const list = await facet.run(["models", "ls"]);
  expect(list.stdout).toMatch(/^NAME .*TYPE .*SIZE .*FILE/u);
  expect(list.stdout).toMatch(/Tiny .*Q8_0 .*Tiny-Q8_0\.gguf/u);
  expect(await listed(facet)).toMatchObject([{ fileName: "Tiny-Q8_0.gguf", quantization: "Q8_0", isLoaded: false }]);

  const show = await facet.run(["models", "show", "tiny"]);
  expect(show.stdout).toContain(path.join(facet.modelsFolder, "Tiny-Q8_0.gguf"));
  for (const fact of [/Architecture +llama/u, /Context +2k/u, /Thinking +No/u, /Tools +No/u, /Chat template +From/u])
    expect(show.stdout).toMatch(fact);
  const { value } = await facet.json(["models", "show", "tiny"]);
  expect(value).toMatchObject({ name: "Tiny", format: { source: "template", hasTools: false }, canVerify: false });
  expect(await readdir(facet.dataFolder, { recursive: true })).toEqual(before);
});

test("a name that is unknown or means two models ends with 3 and says which there are", async ({ facet }) => {
  await placeTiny(facet, "Tiny-one.gguf", "Tiny one");
  await placeTiny(facet, "Tiny-two.gguf", "Tiny two");
  for (const command of ["show", "verify", "remove"]) {
    const unknown = await facet.run(["models", command, "nonsense"]);
    expect(unknown, command).toMatchObject({ code: 3, stdout: "" });
    expect(unknown.stderr).toContain("“nonsense”");
    const ambiguous = await facet.run(["models", command, "tiny"]);
    expect(ambiguous, command).toMatchObject({ code: 3, stdout: "" });
    expect(ambiguous.stderr).toMatch(/Tiny.one[^]*Tiny.two/u);
  }
  const { code, value } = await facet.json(["models", "show", "nonsense"]);
  expect(code).toBe(3);
  expect(value).toMatchObject({ error: { exitCode: 3 } });
  expect(await listed(facet)).toHaveLength(2);
});

test("names cannot steer the terminal", async ({ facet }) => {
  const file = path.join(facet.workFolder, "\u001B[2J\u009Bevil\u0007.gguf");
  await writeTinyModel(file);
  const imported = await facet.run(["models", "import", file]);
  const list = await facet.run(["models", "list"]);
  for (const { stdout, stderr, code } of [imported, list]) {
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect(stdout).toContain("evil");
  }
});

test("files and folders are used where they are, or copied; what is no model is said", async ({ facet }) => {
  const folder = path.join(facet.workFolder, "models");
  await mkdir(folder);
  await writeTinyModel(path.join(folder, "First.gguf"), { name: "First" });
  await writeTinyModel(path.join(folder, "Second.gguf"), { name: "Second", seed: 2 });
  await writeFile(path.join(folder, "notes.gguf"), "no model");

  const inPlace = await facet.run(["models", "import", folder]);
  expect(inPlace.code).toBe(0);
  expect(inPlace.stdout).toMatch(/First[^]*Second/u);
  expect(inPlace.stderr).toContain("Not in the GGUF format: notes.gguf.");
  expect(await listed(facet)).toHaveLength(2);
  expect(await readdir(facet.modelsFolder)).toEqual([]);
  const again = await facet.run(["models", "import", folder]);
  expect(again).toMatchObject({ code: 0, stdout: "" });
  expect(again.stderr).toContain("already in the list");

  const other = path.join(facet.workFolder, "Third.gguf");
  await writeTinyModel(other, { name: "Third", seed: 3 });
  // As the shell of the user's folder says it.
  const copied = await facet.json(["models", "import", "--copy", "Third.gguf"], { cwd: facet.workFolder });
  expect(copied).toMatchObject({ code: 0, value: [{ fileName: "Third.gguf" }] });
  expect(await readFile(path.join(facet.modelsFolder, "Third.gguf"))).toEqual(await readFile(other));
  expect((await readdir(facet.modelsFolder)).filter((name) => !name.startsWith("."))).toEqual(["Third.gguf"]);

  expect(await facet.run(["models", "import", "missing.gguf"])).toMatchObject({ code: 3, stdout: "" });
  const useless = await facet.run(["models", "import", path.join(folder, "notes.gguf")]);
  expect(useless).toMatchObject({ code: 3, stdout: "" });
  expect(useless.stderr).toContain("There is no model in this");
  expect(await facet.run(["models", "import"])).toMatchObject({ code: 2, stdout: "" });
});

test("a model is removed only when the user says so: to the trash, or out of the list", async ({ facet }) => {
  // The trash of this test, beside its data folder.
  const env = { HOME: facet.workFolder, XDG_DATA_HOME: path.join(facet.workFolder, "share") };
  const own = await placeTiny(facet, "Own.gguf", "Own");
  const elsewhere = path.join(facet.workFolder, "Elsewhere.gguf");
  await writeTinyModel(elsewhere, { name: "Elsewhere", seed: 2 });
  await facet.run(["models", "import", elsewhere]);

  const unasked = await facet.run(["models", "remove", "own"], { env });
  expect(unasked).toMatchObject({ code: 2, stdout: "" });
  expect(unasked.stderr).toMatch(/No chat has an answer from it\.[^]*--yes/u);
  expect(existsSync(own)).toBe(true);

  const forgotten = await facet.run(["models", "rm", "elsewhere", "--yes"], { env });
  expect(forgotten.code).toBe(0);
  expect(forgotten.stdout).toContain("Its file stays where it is.");
  expect(existsSync(elsewhere)).toBe(true);

  const removed = await facet.run(["models", "remove", "own", "-y"], { env });
  expect(removed.stderr).not.toContain("trash: cannot");
  expect(removed.code).toBe(0);
  expect(existsSync(own)).toBe(false);
  expect(await readdir(path.join(facet.workFolder, "share/Trash/files"))).toEqual(["Own.gguf"]);
  expect(await listed(facet)).toEqual([]);
});

test("on a terminal the user is asked, and no is no", async ({ facet }) => {
  test.skip(process.platform !== "linux", "util-linux's script makes the terminal");
  const own = await placeTiny(facet, "Own.gguf", "Own");
  const running = facet.startOnTerminal(["models", "remove", "own"]);
  await running.whenWritten(/\[y\/N\]/u);
  running.write("n\n");
  expect(await running.result).toMatchObject({ code: 130 });
  const interrupted = facet.startOnTerminal(["models", "remove", "own"]);
  await interrupted.whenWritten(/\[y\/N\]/u);
  // Ctrl C, as the terminal sends it.
  interrupted.write("\u0003");
  expect(await interrupted.result).toMatchObject({ code: 130 });
  expect(existsSync(own)).toBe(true);
});

test("a file is compared with its checksum", async ({ facet }) => {
  await facet.placeStarterModel();
  const whole = await facet.json(["models", "verify", "smollm2"]);
  expect(whole).toMatchObject({ code: 0, value: { name: "SmolLM2 135M Instruct", isAsItShouldBe: true } });

  const file = path.join(facet.modelsFolder, "SmolLM2-135M-Instruct.Q4_1.gguf");
  const bytes = await readFile(file);
  bytes[bytes.length - 1]! ^= 1;
  // The placed file may be set-up's own under a second name: another one takes its place.
  await rm(file);
  await writeFile(file, bytes);
  const changed = await facet.run(["models", "verify", "smollm2"]);
  expect(changed).toMatchObject({ code: 1, stdout: "" });
  expect(changed.stderr).toMatch(/changed|not what/iu);

  await placeTiny(facet, "Tiny.gguf", "Tiny");
  const unknown = await facet.run(["models", "verify", "tiny"]);
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toMatch(/checksum/iu);
});
