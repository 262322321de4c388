// Electrons that are there and do not start: programs that the test makes stand for them.
import { chmod, copyFile, mkdir, mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { archOf, assertElectronStarts, electronBinary, sandboxProblem } from "./electronStart";
import type { ElectronRuntime } from "./electronRuntime";

let folder: string;
let runtime: ElectronRuntime;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-electron-"));
  runtime = { distPath: folder, version: "45.4.1", source: "electron package" };
});
afterEach(() => rm(folder, { recursive: true }));

async function writeProgram(script: string): Promise<void> {
  await writeFile(electronBinary(folder), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe.skipIf(process.platform !== "linux")("assertElectronStarts", () => {
  const check = () => assertElectronStarts(runtime);

  it("accepts one that answers as plain Node with its version", async () => {
    await writeProgram('[ "$ELECTRON_RUN_AS_NODE" = 1 ] && echo 45.4.1');
    expect(check).not.toThrow();
  });

  it("says which one is there in its place", async () => {
    await writeProgram("echo 33.2.1");
    expect(check).toThrow(`what is in ${folder} is 33.2.1. Delete ${folder} and run the same command again`);
  });

  it("names a library that is missing", async () => {
    await writeProgram(
      'echo "electron: error while loading shared libraries: libgtk-4.so.1: cannot open shared object file: No such file" >&2; exit 127',
    );
    expect(check).toThrow("Electron 45.4.1 does not start: libgtk-4.so.1 is missing. Install");
  });

  it("says that the system is too old", async () => {
    await writeProgram(
      'echo "electron: /lib/libc.so.6: version \\`GLIBC_2.34\' not found (required by electron)" >&2; exit 1',
    );
    expect(check).toThrow("too old for it (version `GLIBC_2.34' not found)");
  });

  it("says that it is for another processor", async () => {
    const file = electronBinary(folder);
    await copyFile(process.execPath, file);
    const handle = await open(file, "r+");
    await handle.write(Buffer.from([process.arch === "x64" ? 0xb7 : 0x3e, 0]), 0, 2, 18);
    await handle.close();
    expect(check).toThrow(
      `it is for ${process.arch === "x64" ? "arm64" : "x64"}, and this computer's Node is ${process.arch}.`,
    );
  });

  it("says that the download is broken", async () => {
    const file = electronBinary(folder);
    await copyFile(process.execPath, file);
    await truncate(file, 100_000);
    expect(check).toThrow(/it ended with .*Delete .* and run the same command again: it is fetched anew\./);
  });

  it("says that its program is missing", () => {
    expect(check).toThrow(`its program is missing. Delete ${folder}`);
  });

  it("says where programs may not be run", async () => {
    await mkdir(electronBinary(folder));
    expect(check).toThrow(`this account may not run programs in ${folder}`);
  });

  it("asks for another override rather than to delete what is not Facet's", async () => {
    runtime.source = "ELECTRON_OVERRIDE_DIST_PATH";
    await writeProgram("exit 3");
    expect(check).toThrow(
      `it ended with code 3. ELECTRON_OVERRIDE_DIST_PATH names ${folder}. Name another one, or none.`,
    );
  });
});

describe("archOf", () => {
  it("reads this Node", () => {
    expect(archOf(process.execPath)).toBe(process.arch);
  });

  it.each([
    ["an Apple program", "cffaedfe0c000001", "arm64"],
    ["an Apple program for Intel", "cffaedfe07000001", "x64"],
    ["a program of Linux", `7f454c46${"00".repeat(14)}b700`, "arm64"],
    ["a program of Windows", `4d5a${"00".repeat(58)}80000000${"00".repeat(64)}5045000064aa`, "arm64"],
    ["a cut off program of Windows", `4d5a${"00".repeat(58)}ff0f0000`, null],
    ["a script", Buffer.from("#!/bin/sh").toString("hex"), null],
    ["nothing", "", null],
  ])("reads %s", async (_name, hex, arch) => {
    const file = path.join(folder, "program");
    await writeFile(file, Buffer.from(hex, "hex"));
    expect(archOf(file)).toBe(arch);
  });
});

describe.skipIf(process.platform !== "linux")("sandboxProblem", () => {
  async function setting(name: string, value: string): Promise<void> {
    const file = path.join(folder, "sys", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${value}\n`);
  }
  const problem = (uid = 1000) => sandboxProblem(folder, { uid, settings: path.join(folder, "sys") });

  it("finds none where nothing is forbidden", async () => {
    expect(problem()).toBeNull();
    await setting("kernel/apparmor_restrict_unprivileged_userns", "0");
    await setting("kernel/unprivileged_userns_clone", "1");
    await setting("user/max_user_namespaces", "127000");
    expect(problem()).toBeNull();
  });

  it.each([
    ["kernel/apparmor_restrict_unprivileged_userns", "1"],
    ["kernel/unprivileged_userns_clone", "0"],
    ["user/max_user_namespaces", "0"],
  ])("names %s = %s and the way out", async (name, value) => {
    await setting(name, value);
    await writeFile(path.join(folder, "chrome-sandbox"), "", { mode: 0o755 });
    expect(problem()).toContain(`${name.replace("/", ".")} is ${value}`);
    expect(problem()).toContain(`sudo chmod 4755 ${path.join(folder, "chrome-sandbox")}`);
    // Root starts without the sandbox.
    expect(problem(0)).toBeNull();
  });

  it.skipIf(process.getuid?.() !== 0)("finds none beside a helper that is root's", async () => {
    await setting("kernel/apparmor_restrict_unprivileged_userns", "1");
    const helper = path.join(folder, "chrome-sandbox");
    await writeFile(helper, "");
    await chmod(helper, 0o4755);
    expect(problem()).toBeNull();
  });
});
