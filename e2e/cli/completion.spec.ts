// facet completion: the scripts in the shells that are here, and what they ask.
import { execFile, execFileSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { expect, test, type FacetCommand } from "./facetCommand";

async function complete(facet: FacetCommand, ...words: string[]): Promise<string[]> {
  const { stdout, code } = await facet.run(["complete", "--", ...words]);
  expect(code).toBe(0);
  return stdout.split("\n").filter((line) => line !== "");
}

function isThere(shell: string): boolean {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

for (const { shell, readOnly } of [
  { shell: "bash", readOnly: "-n" },
  { shell: "zsh", readOnly: "-n" },
  { shell: "fish", readOnly: "--no-execute" },
])
  test(`${shell} can read its script`, async ({ facet }) => {
    test.skip(!isThere(shell), `there is no ${shell} here`);
    const { stdout, code } = await facet.run(["completion", shell]);
    expect(code).toBe(0);
    const script = path.join(facet.workFolder, "script");
    await writeFile(script, stdout);
    execFileSync(shell, [readOnly, script]);
  });

test("commands, options, their values and names of models are completed", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny-one.gguf"));
  await writeTinyModel(path.join(facet.modelsFolder, "Other.gguf"), { seed: 2 });
  const commands = await complete(facet, "");
  for (const command of ["models", "estimate", "completion", "help"]) expect(commands).toContain(command);
  expect(commands).not.toContain("complete");
  expect(await complete(facet, "mod")).toEqual(["models"]);
  expect(await complete(facet, "models", "se")).toEqual(["search"]);
  expect(await complete(facet, "models", "search", "--so")).toEqual(["--sort"]);
  expect(await complete(facet, "models", "search", "--sort", "d")).toEqual(["downloads"]);
  expect(await complete(facet, "models", "search", "--json", "")).toEqual([]);
  expect(await complete(facet, "completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect((await complete(facet, "models", "show", "")).toSorted()).toEqual(["Other", "Tiny-one"]);
  expect(await complete(facet, "models", "rm", "ti")).toEqual(["Tiny-one"]);
  expect(await complete(facet, "estimate", "--kv", "q8_0", "ti")).toEqual(["Tiny-one"]);
  expect(await complete(facet, "models", "import", "./x")).toEqual([":files"]);
  expect(await facet.run(["completion", "tcsh"])).toMatchObject({ code: 2, stdout: "" });
});

for (const { shell, check } of [
  {
    shell: "bash",
    check: (line: readonly string[]) =>
      `eval "$(facet completion bash)"; COMP_WORDS=(${line.join(" ")} ''); COMP_CWORD=${line.length}; _facet; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  {
    shell: "fish",
    check: (line: readonly string[]) => `facet completion fish | source; complete -C "${line.join(" ")} "`,
  },
])
  test(`${shell} completes names`, async ({ facet }) => {
    test.skip(!isThere(shell), `there is no ${shell} here`);
    await writeTinyModel(path.join(facet.modelsFolder, "Tiny-one.gguf"));
    const bin = path.join(facet.workFolder, "facet");
    await writeFile(bin, `#!/bin/sh\nexec "${process.execPath}" "${path.resolve(".vite/build/facet.mjs")}" "$@"\n`);
    await chmod(bin, 0o755);
    const ask = async (...line: string[]) => {
      const { stdout } = await promisify(execFile)(shell, ["-c", check(line)], {
        env: {
          ...process.env,
          FACET_DATA_DIR: facet.dataFolder,
          HOME: facet.workFolder,
          PATH: `${facet.workFolder}:${process.env["PATH"]}`,
        },
      });
      return stdout.trim().split("\n");
    };
    expect(await ask("facet", "models", "show")).toEqual(["Tiny-one"]);
    expect(await ask("facet", "models")).toContain("search");
  });
