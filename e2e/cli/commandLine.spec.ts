// What all commands have in common: help, wrong use, JSON.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "./facetCommand";

test("help is shown, and wrong use is told apart from failure", async ({ facet }) => {
  const help = await facet.run(["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toContain("Usage: facet");
  const wrong = await facet.run(["models", "lits"]);
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain("list");
});

test("what is wrong is said in words, and as JSON where that is wanted", async ({ facet }) => {
  const wrong = await facet.run(["models", "lits"]);
  expect(wrong.stderr).toBe("There is no command “lits”. Did you mean: list? For help: facet models --help\n");
  const cases: [string[], RegExp][] = [
    [[], /^Name a command|no result for --json/u],
    [["models"], /Name one of its commands/u],
    [["models", "show"], /Something is missing: <model>\./u],
    [["models", "search", "x", "--limit", "none"], /--limit cannot be “none”/u],
  ];
  for (const [args, words] of cases) {
    const { value, code } = await facet.json<{ error: { exitCode: number; happened: string } }>(args);
    expect([code, value.error.exitCode], args.join(" ")).toEqual([2, 2]);
    expect(value.error.happened).toMatch(words);
  }
});

test("a command that is cancelled early says so, as JSON too", async ({ facet }) => {
  await facet.placeStarterModel();
  const running = facet.start(["chat", "smol", "-p", "Hi", "--json"]);
  await running.whenWritten(/Reading standard input/u);
  running.signal();
  const { code, stdout, stderr } = await running.result;
  expect([code, JSON.parse(stdout)]).toMatchObject([130, { error: { exitCode: 130, code: "request-cancelled" } }]);
  expect(stderr).toContain("Cancelled.");
});

test("a data folder where no folders can be is refused at once", async ({ facet }) => {
  test.skip(process.platform !== "linux", "/proc is Linux's");
  const refused = await facet.run(["jobs", "cancel", "any"], {
    env: { FACET_DATA_DIR: "/proc/facet" },
    timeoutMs: 20_000,
  });
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/data folder[^]*\/proc\/facet/u);
});

test("a result that could not be written is a failure, and one that nobody reads is none of ours", async ({
  facet,
}) => {
  test.skip(process.platform !== "linux", "/dev/full is Linux's");
  await facet.placeStarterModel();
  const command = `"${process.execPath}" .vite/build/facet.mjs models list`;
  const run = (line: string) =>
    promisify(execFile)("bash", ["-o", "pipefail", "-c", line], {
      env: { ...process.env, FACET_DATA_DIR: facet.dataFolder },
    }).then(
      () => ({ code: 0, stderr: "" }),
      (error: { code: number; stderr: string }) => error,
    );
  const full = await run(`${command} >/dev/full`);
  expect(full).toMatchObject({ code: 1 });
  expect(full.stderr).toContain("the disk is full");
  expect(await run(`${command} | head -c 4`)).toMatchObject({ stderr: "" });
});

test("names and files that mean nothing are refused, and nothing is listed by it", async ({ facet }) => {
  const text = path.join(facet.workFolder, "notes.gguf");
  await writeFile(text, "Not a model.\n");
  const cases: [string[], number, RegExp][] = [
    [["chat", "", "-p", "Hi"], 2, /is empty/u],
    [["chat", text, "-p", "Hi"], 1, new RegExp(`${text}.*not a GGUF model|not a GGUF model.*${text}`, "u")],
    [["estimate", text], 3, /is a file\. Add it to your models first/u],
    [["quantize", path.join(facet.workFolder, "none.gguf"), "Q4_K_M"], 3, /There is no file/u],
  ];
  for (const [args, code, words] of cases) {
    const result = await facet.run(args);
    expect(result, args.join(" ")).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toMatch(words);
  }
  expect((await facet.json<unknown[]>(["models", "list"])).value).toEqual([]);
});
