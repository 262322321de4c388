// Starts under bad conditions: each shows its sentence, the window opens, nothing is lost.
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, statfs, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createReadStream } from "node:fs";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { dataPaths } from "../electron/core/dataFolder";
import { STARTER_MODEL } from "../electron/core/starterModel";
import { loraBytes } from "../electron/testing/deltaGguf";
import { starterMatrices } from "../electron/testing/starterMatrices";
import { ChatWindow } from "./ChatWindow";
import { checkInBothThemes } from "./checkAccessibility";
import { electronBinary, freshDataFolder, IS_ROOT, spawnApp } from "./FacetApp";
import { FineTunesWindow } from "./FineTunesWindow";
import {
  ggufFolder,
  modelOfUnknownArchitecture,
  modelWithTrainContext,
  textNamedGguf,
  truncatedModel,
} from "./ggufFiles";
import { seedChats } from "./seedChats";
import { starterModelPath } from "./starterModelFile";
import { expect, test } from "./test";

/** No source answers, and none is asked outside of this machine. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

test.describe("model files that cannot be used", () => {
  let models: string;
  test.beforeAll(async () => {
    models = await ggufFolder();
  });
  test.afterAll(async () => {
    await rm(models, { recursive: true, force: true });
  });

  /** What the engine says of each file, electron/engine/EngineProcess.model.test.ts tests too: two of them are enough for every run. */
  const QUICK = ["cut in its tensors", "missing"];
  const cases: [string, () => Promise<string>, RegExp][] = [
    [
      "cut in its tensors",
      () => truncatedModel(models, 60_000_000),
      /incomplete|cut|truncated|ends too early|not whole/i,
    ],
    ["cut in its header", () => truncatedModel(models, 100_000), /incomplete|cut|truncated|ends too early|not whole/i],
    ["a text file named .gguf", () => textNamedGguf(models), /not a (GGUF|model)/i],
    ["of an unknown architecture", () => modelOfUnknownArchitecture(models), /gizmo|architecture/i],
    ["missing", async () => path.join(models, "nowhere.gguf"), /not there|missing|no longer|not found|can’t be found/i],
    [
      "a folder",
      async () => {
        const folder = path.join(models, "folder.gguf");
        await mkdir(folder, { recursive: true });
        return folder;
      },
      /folder|can’t be read|not a (GGUF|model|file)/i,
    ],
  ];
  for (const [name, make, sentence] of cases) {
    const tag = QUICK.includes(name) ? [] : "@slow";
    test(
      `a model ${name}: the sentence is shown, the chats are there, another model can be loaded`,
      { tag },
      async ({ launch, allowProblems }) => {
        allowProblems(/model|gguf|load/i);
        const dataFolder = await freshDataFolder();
        await seedChats(dataFolder, [
          {
            title: "Old chat",
            messages: [
              { role: "user", text: "Still here?" },
              { role: "assistant", text: "Yes." },
            ],
          },
        ]);
        const app = await launch({ dataFolder, args: [await make()] });
        const chat = new ChatWindow(app.window);
        await expect(app.window.getByText(sentence).first()).toBeVisible({ timeout: 30_000 });
        await chat.openChat("Old chat");
        await expect(chat.questions).toHaveText([/Still here\?/]);
        await chat.chooseModel(/SmolLM2/);
        await chat.waitUntilReady();
        await chat.limitAnswers(8);
        await chat.ask("Say hello.");
      },
    );
  }
});

test("no starter model and no source: the first screen says why and offers two ways on; trying again fetches and loads it", async ({
  launch,
}) => {
  test.setTimeout(180_000);
  let working = false;
  const server = createServer((_request, answer) => {
    if (!working) {
      answer.writeHead(503).end();
      return;
    }
    answer.writeHead(200, { "content-length": STARTER_MODEL.sizeBytes });
    createReadStream(starterModelPath()).pipe(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const app = await launch({
    starterModel: false,
    env: { HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, PIP_NO_INDEX: "1" },
  });
  const again = app.window.getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible({ timeout: 60_000 });
  await expect(app.window.getByRole("button", { name: /Choose a GGUF file/ })).toBeVisible();
  await expect(app.window.getByText(/503|Hugging Face/).first()).toBeVisible();
  expect((await readdir(dataPaths(app.dataFolder).models)).filter((name) => name.endsWith(".gguf"))).toEqual([]);

  working = true;
  await again.click();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 8 });
  await chat.ask("Say hello.");
  server.closeAllConnections();
  server.close();
});

test("a model file is chosen on this computer and used in place", { tag: "@slow" }, async ({ launch }) => {
  const models = await ggufFolder();
  const file = await modelWithTrainContext(models, 1024);
  const app = await launch({ starterModel: false, env: NO_NETWORK });
  await expect(app.window.getByRole("button", { name: "Try again" })).toBeVisible({ timeout: 60_000 });
  await app.electron.evaluate(({ dialog }, chosen) => {
    Reflect.set(dialog, "showOpenDialog", () => Promise.resolve({ canceled: false, filePaths: [chosen] }));
  }, file);
  await app.window.getByRole("button", { name: /Choose a GGUF file/ }).click();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 8 });
  await chat.ask("Say hello.");
  await app.close();
  // It is remembered, and still where it was.
  const again = await launch({ dataFolder: app.dataFolder, starterModel: false, env: NO_NETWORK });
  await new ChatWindow(again.window).waitUntilReady();
  await rm(models, { recursive: true });
});

test("a data folder below a file: the window opens and says what is wrong", async ({ launch, allowProblems }) => {
  allowProblems(/./);
  const folder = await freshDataFolder();
  await writeFile(path.join(folder, "file"), "not a folder");
  const app = await launch({ dataFolder: path.join(folder, "file", "facet"), starterModel: false, env: NO_NETWORK });
  await expect(
    app.window.getByText(/data folder|folder .* cannot be used|can(no|')t (use|write)/i).first(),
  ).toBeVisible({
    timeout: 30_000,
  });
  await app.close();
  expect(await readFile(path.join(folder, "file"), "utf8")).toBe("not a folder");
  await rm(folder, { recursive: true });
});

test("a data folder where no folders can be: the window opens and says so", async ({ launch, allowProblems }) => {
  test.skip(process.platform !== "linux", "/proc is Linux's");
  allowProblems(/./);
  const app = await launch({ dataFolder: "/proc/facet", starterModel: false, env: NO_NETWORK });
  await expect(app.window.getByText(/data folder/i).first()).toBeVisible({ timeout: 30_000 });
});

test("a data folder that must not be read or written: the window opens and says so", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/./);
  const folder = await freshDataFolder();
  const closed = path.join(folder, "closed");
  await mkdir(closed);
  await chmod(closed, 0o000);
  const app = await launch({
    dataFolder: closed,
    starterModel: false,
    env: NO_NETWORK,
    ...(IS_ROOT ? { executablePath: await withoutRootsPrivilege(folder), args: [process.cwd()] } : {}),
  });
  await expect(
    app.window.getByText(/data folder|folder .* cannot be used|can(no|')t (use|write|read)/i).first(),
  ).toBeVisible({ timeout: 30_000 });
  await app.close();
  await chmod(closed, 0o700);
  expect(await readdir(closed)).toEqual([]);
  await rm(folder, { recursive: true });
});

test.describe("a full disk", () => {
  test.skip(!IS_ROOT || process.platform !== "linux", "needs root on Linux: it mounts a small tmpfs");
  let mount: string;
  test.beforeEach(async () => {
    mount = await mkdtemp(path.join(os.tmpdir(), "facet-e2e-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m", "none", mount]);
  });
  test.afterEach(async () => {
    execFileSync("umount", ["-l", mount]);
    await rm(mount, { recursive: true, force: true });
  });

  test("a message that cannot be saved stays in the composer with a sentence, and goes once there is room", async ({
    launch,
    allowProblems,
  }) => {
    allowProblems(/disk|ENOSPC|full|SQLITE_FULL|quota|FILE_ERROR_NO_SPACE|save/i);
    const folder = path.join(mount, "facet");
    await mkdir(path.join(folder, "models"), { recursive: true });
    await symlink(starterModelPath(), path.join(folder, "models", STARTER_MODEL.fileName));
    const app = await launch({ dataFolder: folder, starterModel: false });
    const chat = new ChatWindow(app.window);
    await chat.waitUntilReady();
    await chat.startChat({ maxTokens: 8 });
    await chat.ask("Say hello.");

    const filler = path.join(mount, "filler");
    await fillDisk(mount, filler);
    const text = `Please keep this. ${"It is a long message. ".repeat(1_000)}`;
    await chat.send(text);
    await expect(app.window.getByText(/disk (is )?full|no (more )?(room|space)/i).first()).toBeVisible({
      timeout: 30_000,
    });
    await expect(chat.composer).toHaveValue(text);
    await expect(chat.answers).toHaveCount(1);

    await rm(filler);
    await chat.composer.fill("Now there is room. Say hello.");
    await chat.composer.press("Enter");
    await expect(chat.answers).toHaveCount(2);
    await chat.waitUntilWritten();
    await app.close();
    const again = await launch({ dataFolder: folder, starterModel: false });
    const after = new ChatWindow(again.window);
    await after.openChat(/Say hello/);
    await expect(after.answers).toHaveCount(2);
    await again.close();
  });

  test("a start on a full disk opens the window and says so", async ({ launch, allowProblems }) => {
    allowProblems(/./);
    await fillDisk(mount, path.join(mount, "filler"));
    const app = await launch({ dataFolder: path.join(mount, "facet"), starterModel: false, env: NO_NETWORK });
    await expect(app.window.getByText(/disk (is )?full|no (more )?(room|space)|data folder/i).first()).toBeVisible({
      timeout: 30_000,
    });
    await app.close();
  });
});

test("a damaged database is moved aside, never overwritten, and the user is told where it is stored", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/database/i);
  const dataFolder = await freshDataFolder();
  await seedChats(dataFolder, [{ title: "Old chat", messages: [{ role: "user", text: "Hello" }] }]);
  const { database } = dataPaths(dataFolder);
  const damaged = await readFile(database);
  damaged.fill(0x5a, 0, 4096);
  await writeFile(database, damaged);
  const app = await launch({ dataFolder });
  await expect(app.window.getByText(/chats-damaged/).first()).toBeVisible({ timeout: 30_000 });
  const moved = (await readdir(dataFolder)).filter((name) => name.startsWith("chats-damaged") && name.endsWith(".db"));
  expect(moved).toHaveLength(1);
  expect((await readFile(path.join(dataFolder, moved[0]!))).equals(damaged)).toBe(true);
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 8 });
  await chat.ask("Say hello.");
});

test("damaged lists cost what is damaged and no more; a fine-tune that is in no list is offered and added", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/stored-/);
  const dataFolder = await freshDataFolder();
  const { deltas } = dataPaths(dataFolder);
  await mkdir(deltas);
  await writeFile(path.join(deltas, "notes.txt"), "mine");
  const lora = loraBytes({ matrices: starterMatrices(), metadata: { "general.name": undefined } });
  await writeFile(path.join(deltas, "pirate-lora.gguf"), lora);
  const newer = { id: "f".repeat(32), name: "Of a newer Facet", glow: true };
  await writeFile(path.join(dataFolder, "deltas.json"), JSON.stringify({ version: 2, deltas: [newer] }));
  await writeFile(path.join(dataFolder, "settings.json"), JSON.stringify({ theme: "pink", sidebarOpen: true }));
  for (const file of ["jobs.json", "loads.json"]) await writeFile(path.join(dataFolder, file), "{");

  const app = await launch({ dataFolder });
  const notices = app.window.getByRole("region", { name: "Notices" });
  for (const words of [
    "1 entry in one of its files: the list of your fine-tunes",
    "1 entry in one of its files: your settings",
    "Facet started a new one: the list of jobs",
    "Facet started a new one: the memory measurements",
  ])
    await expect(notices.getByText(words)).toBeVisible({ timeout: 30_000 });
  while ((await notices.getByRole("button", { name: "Dismiss" }).count()) > 0)
    await notices.getByRole("button", { name: "Dismiss" }).first().click();
  const page = new FineTunesWindow(app.window);
  await page.open();
  const found = page.group("Found in Facet’s folder");
  await expect(found.getByRole("listitem")).toHaveText([/^pirate-lora\.gguf/]);
  await checkInBothThemes(app.window, "files found in the folder of fine-tunes");
  await app.window.getByRole("button", { name: "Add pirate-lora.gguf" }).click();
  await expect(app.window.getByRole("heading", { name: "pirate-lora" }).first()).toBeVisible();
  await expect(found).toHaveCount(0);
  await app.close();

  const list = JSON.parse(await readFile(path.join(dataFolder, "deltas.json"), "utf8"));
  expect(list).toMatchObject({ version: 2, deltas: [newer, { name: "pirate-lora" }] });
  const kept = (await readdir(deltas)).sort();
  expect(kept).toEqual([`${list.deltas[1].id}.gguf`, "notes.txt"].sort());
});

test("a second start brings the first to the front and hands over its file", async ({ launch }) => {
  const models = await ggufFolder();
  const file = await modelWithTrainContext(models, 1024);
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const second = spawnApp(app.dataFolder, [file]);
  const code = await new Promise((resolve) => second.once("exit", resolve));
  expect(code).toBe(0);
  await expect(chat.engineBar).toContainText(/of 1,024/, { timeout: 30_000 });
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  await rm(models, { recursive: true });
});

/** Leaves nothing free: not even a page of a database. */
async function fillDisk(folder: string, filler: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  try {
    await writeFile(filler, Buffer.alloc(Number(bavail) * Number(bsize), 1));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

/** Root ignores file permissions; this start of Electron gives that privilege up first. */
async function withoutRootsPrivilege(folder: string): Promise<string> {
  const script = path.join(folder, "electron-unprivileged");
  await writeFile(
    script,
    `#!/bin/sh\nexec setpriv --bounding-set=-dac_override,-dac_read_search '${electronBinary()}' "$@"\n`,
  );
  await chmod(script, 0o755);
  return script;
}
