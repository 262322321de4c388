// facet without a command: the window, where there is one.
import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { expect, test } from "./facetCommand";

test.skip(process.platform === "win32", "The executable of this test is a shell script.");

test("a package's window is opened, with the file that is named", async ({ facet }) => {
  const executable = path.join(facet.workFolder, "window");
  const told = path.join(facet.workFolder, "told");
  await writeFile(executable, `#!/bin/sh\necho "opened $@" > "${told}"\n`);
  await chmod(executable, 0o755);
  const model = path.join(facet.workFolder, "Tiny.gguf");
  await writeTinyModel(model);
  const env = { FACET_WINDOW: executable };
  const whatWasTold = async () => (await readFile(told, "utf8").catch(() => "")).trim();

  expect(await facet.run([], { env })).toEqual({ code: 0, stdout: "", stderr: "" });
  await expect.poll(whatWasTold).toBe("opened");
  expect(await facet.run(["Tiny.gguf"], { env, cwd: facet.workFolder })).toMatchObject({ code: 0 });
  await expect.poll(whatWasTold).toBe(`opened ${model}`);

  const missing = await facet.run(["missing.gguf"], { env });
  expect(missing).toMatchObject({ code: 3, stdout: "" });
  const unknown = await facet.run(["chta"], { env });
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(unknown.stderr).toContain("There is no command “chta”");
  const broken = await facet.run([], { env: { FACET_WINDOW: path.join(facet.workFolder, "nowhere") } });
  expect(broken).toMatchObject({ code: 1, stdout: "" });
  expect(broken.stderr).toContain("The window couldn’t be opened");
});
