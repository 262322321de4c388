// The packaged app: it starts and chats with the real model, its fuses are burnt, and nothing is inside that does not belong there.
import { execFile } from "node:child_process";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { listPackage, statFile } from "@electron/asar";
import { expect, test } from "@playwright/test";
import { checkFuses } from "../../scripts/fuses";
import { packagedApp } from "../../scripts/package";
import { ChatWindow } from "../ChatWindow";
import { F16_FILE, placeF16Model } from "../f16Model";
import { FacetApp, freshDataFolder } from "../FacetApp";
import { placeStarterModel } from "../starterModelFile";
import { attachableCopy } from "./attachableCopy";

const release = packagedApp();
const JOB_TIMEOUT_MS = 120_000;

test("starts, answers with the real model, and quantizes with the addon beside the archive", async () => {
  const copy = await attachableCopy();
  const dataFolder = await freshDataFolder();
  await placeF16Model(dataFolder);
  const app = await FacetApp.launch({ executablePath: copy.binary, dataFolder });
  try {
    const chat = new ChatWindow(app.window);
    await chat.waitUntilReady();
    // A small model may go on until its context is full.
    await chat.limitAnswers(24);
    await chat.ask("What is the capital of France?");
    await expect(chat.lastAnswer).toContainText(/\w+ \w+/);
    expect(await app.electron.evaluate(({ app: facet }) => facet.isPackaged)).toBe(true);

    await app.window.evaluate(async (fileName) => {
      const { call } = window.facet;
      const installed = await call["models.installed"](undefined);
      const source = installed.ok ? installed.value.models.find(({ model }) => model.fileName === fileName) : undefined;
      if (source === undefined) throw new Error("the source is not listed");
      const job = await call["jobs.start"]({
        kind: "quantize",
        source: { kind: "installed", modelId: source.model.id },
        recipe: { type: "Q8_0", steps: [] },
        measureQuality: false,
        keepSource: false,
      });
      if (!job.ok) throw new Error(job.failure.code);
    }, F16_FILE);
    const state = () =>
      app.window.evaluate(async () => {
        const list = await window.facet.call["jobs.list"](undefined);
        return list.ok ? list.value[0]?.state : undefined;
      });
    await expect.poll(async () => (await state())?.kind, { timeout: JOB_TIMEOUT_MS }).not.toBe("running");
    expect(await state()).toMatchObject({ kind: "done" });
  } finally {
    await app.close();
    await copy.remove();
    await rm(dataFolder, { recursive: true, force: true });
  }
  expect(app.problems).toEqual([]);
});

test("has its fuses burnt, the inspector's too", async () => {
  await checkFuses(release.binary, "release");
});

test("carries the command, which answers in its own Node and opens the window without a command", async () => {
  const folder = test.info().outputPath("data");
  await placeStarterModel(folder);
  const env = { ...process.env, FACET_DATA_DIR: folder, DISPLAY: "", PATH: "/usr/bin:/bin" };
  const facet = (...args: string[]) => {
    const running = promisify(execFile)(path.join(release.folder, "resources/facet"), args, { env });
    // A chat reads what is piped to it.
    running.child.stdin?.end();
    return running;
  };
  expect((await facet("--help")).stdout).toContain("Usage: facet");
  expect((await facet("models", "list")).stdout).toContain("SmolLM2");
  expect((await facet("chat", "-p", "Name a colour.", "--max-tokens", "4")).stdout.trim()).not.toBe("");
  expect(JSON.parse((await facet("doctor", "--json")).stdout)).toBeInstanceOf(Object);
  // Electron says that there is no display: it was asked for the window.
  await expect(facet("--no-sandbox")).rejects.toThrow(/display|X server/iu);
});

test("cannot be used as a plain Node", async () => {
  const said = await promisify(execFile)(release.binary, ["-e", "console.log('I am ' + 'Node')"], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", FACET_DATA_DIR: test.info().outputPath("data") },
    timeout: 10_000,
  }).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(error),
  );
  expect(said).not.toContain("I am Node");
});

test("holds no source, source map, test or file for another system", async () => {
  const resources = path.join(release.folder, "resources");
  const files = [
    ...listPackage(path.join(resources, "app.asar"), { isPack: false }),
    ...(await readdir(path.join(resources, "app.asar.unpacked"), { recursive: true })).map((file) => `/${file}`),
  ];
  expect(files).toContain("/.vite/build/main.cjs");
  // A job reads these as plain files; facet.node finds llama.cpp's libraries beside it.
  const unpacked = (await readdir(path.join(resources, "app.asar.unpacked"), { recursive: true })).sort();
  expect(unpacked).toEqual(
    expect.arrayContaining([
      `native/build/${process.platform}-${process.arch}/facet.node`,
      "resources/calibration/calibration.txt",
      "resources/evaluation/evaluation.txt",
    ]),
  );
  expect(files.filter((file) => /\.(map|ts|tsx|cc?|cpp|hpp?)$|\.(test|spec|check)\./.test(file))).toEqual([]);
  expect(
    files.filter((file) => /^\/(electron|renderer|e2e|bench|scripts|docs|native\/(?!build))(\/|$)/.test(file)),
  ).toEqual([]);

  const others = { linux: /darwin|mac-|win32|win-|musl/, darwin: /linux|win32|win-/, win32: /linux|darwin|mac-/ }[
    process.platform as "linux" | "darwin" | "win32"
  ];
  const otherArchs = process.arch === "x64" ? /arm64|armv7l|riscv64/ : /x64|armv7l|riscv64/;
  const natives = files.filter((file) => /\.(node|so|dylib|dll)(\.|$)/.test(file));
  expect(natives.length).toBeGreaterThan(2);
  expect(natives.filter((file) => others.test(file) || otherArchs.test(file))).toEqual([]);
});

test("has in the archive only what Electron opens itself: nothing that a child process or native code reads", async () => {
  const archive = path.join(release.folder, "resources/app.asar");
  const inside = listPackage(archive, { isPack: false }).filter((file) => {
    const entry = statFile(archive, file.slice(1));
    return !("files" in entry) && !("unpacked" in entry && entry.unpacked);
  });
  expect(inside.length).toBeGreaterThan(3);
  expect(
    inside.filter((file) => !/^\/(\.vite\/(build\/(main|preload)\.cjs|renderer\/.*)|resources\/icon\.png)$/.test(file)),
  ).toEqual([]);
});

test("says who made what is in it", async () => {
  const read = (file: string) => readFile(path.join(release.folder, "resources", file), "utf8");
  expect(await read("LICENSE")).toBe(await readFile("LICENSE", "utf8"));
  const notices = await read("THIRD-PARTY-NOTICES.txt");
  for (const part of ["llama.cpp, ggml", "node-llama-cpp 3", "react 19", "@fontsource-variable/inter"])
    expect(notices).toContain(part);
});

test("does not switch the sandbox off by itself", async () => {
  // Main may ask whether a user gave the flag; it must not give it itself.
  const asar = await readFile(path.join(release.folder, "resources/app.asar"), "latin1");
  expect(asar.match(/appendSwitch\(\s*["'`](--)?(no-sandbox|disable-setuid-sandbox)/)).toBeNull();
});

test("is small: nothing large has slipped in", async () => {
  // Electron 240 MB, the Node of the command line 120 MB, llama.cpp for one system 30 MB and with Vulkan 70 MB, the app itself a few.
  const MAX_BYTES = 580_000_000;
  const sizes = await Promise.all(
    (await readdir(release.folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => stat(path.join(entry.parentPath, entry.name)).then(({ size }) => size)),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_BYTES);
});
