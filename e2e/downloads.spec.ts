// Downloads in the real app against a hub on this computer that does everything wrong: what is on screen, and what is on the disk.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { tinyModelBytes } from "../electron/testing/tinyGguf";
import { freshDataFolder, IS_ROOT, modelsFolder } from "./FacetApp";
import { HubServer } from "./hub/HubServer";
import { seededBytes, sha256, type HubRepository } from "./hub/hubRepository";
import type { HubDoor, MisbehaviourRule } from "./hub/misbehaviour";
import { expect, test } from "./test";

/** The app may not fetch its starter model here. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };
const CHUNK_BYTES = 8 * 1024 * 1024;
const CONNECTIONS = 4;
/** Waits of one and two seconds between tries, on a busy machine. */
const END_TIMEOUT_MS = 90_000;

let hub: HubServer;
test.beforeEach(async () => {
  hub = await HubServer.start();
});
test.afterEach(() => hub.stop());

interface Case {
  name: string;
  at: HubDoor;
  rule: Omit<MisbehaviourRule, "at" | "path">;
  /** Of several chunks, where only those are asked for one by one. */
  large?: true;
}

/** What passes by itself, or can be gone round. */
const mended: readonly Case[] = [
  { name: "connections that break", at: "content", rule: { do: { kind: "cut", afterBytes: 200_000 }, times: 2 } },
  { name: "a slow line", at: "content", rule: { do: { kind: "slow", bytesPerSecond: 400_000 } } },
  {
    name: "429 with Retry-After",
    at: "content",
    rule: { do: { kind: "status", status: 429, retryAfter: "1" }, times: 2 },
  },
  { name: "503 once", at: "resolve", rule: { do: { kind: "status", status: 503 }, times: 1 } },
  { name: "ranges that are ignored", at: "content", rule: { do: { kind: "ignored-ranges" } }, large: true },
  { name: "another ETag each time", at: "content", rule: { do: { kind: "changed-etag" } }, large: true },
  { name: "a page to log in, once", at: "content", rule: { do: { kind: "html-page" }, times: 1 } },
];

/** What does not, and what is said about it. */
const refused: readonly (Case & { words: RegExp })[] = [
  {
    name: "a wrong length",
    at: "content",
    rule: { do: { kind: "wrong-length", byBytes: 10 } },
    words: /has replaced this file/i,
  },
  {
    name: "a wrong byte",
    at: "content",
    rule: { do: { kind: "wrong-bytes", atByte: 300_000 } },
    words: /SHA-256 is different.*deleted/is,
  },
  {
    name: "401",
    at: "resolve",
    rule: { do: { kind: "status", status: 401, errorCode: "GatedRepo" } },
    words: /only to people who have signed in.*token/is,
  },
  { name: "403", at: "resolve", rule: { do: { kind: "status", status: 403 } }, words: /decides who may download it/i },
  {
    name: "another file at the hub",
    at: "resolve",
    rule: { do: { kind: "changed-file" } },
    words: /has replaced this file/i,
  },
  {
    name: "a redirect to another host",
    at: "content",
    rule: { do: { kind: "redirect", location: "https://example.com/x.gguf" } },
    words: /address that it doesn’t trust/i,
  },
];

/** What may pass some day: it is tried again, and says so. */
const waiting: readonly (Case & { words: RegExp })[] = [
  {
    name: "500, for good",
    at: "content",
    rule: { do: { kind: "status", status: 500 } },
    words: /isn’t answering, trying again/i,
  },
  {
    name: "a page to log in, for good",
    at: "content",
    rule: { do: { kind: "html-page" } },
    words: /isn’t answering, trying again/i,
  },
];

test("every misbehaviour ends in the right file, or in a sentence and nothing that could be loaded", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/download|ENOENT/i);
  const app = await launch({ starterModel: false, env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint } });
  const page = app.window;
  await openDownloads(page);

  const offered = new Map<string, Offer>();
  const offer = (name: string, large = false) => {
    const made = offerOf(
      name,
      large ? ggufLike(2 * CHUNK_BYTES + offered.size) : tinyModelBytes({ seed: offered.size + 1, name }),
    );
    offered.set(name, made);
    return made;
  };
  for (const { name, at, rule, large } of [...mended, ...refused, ...waiting]) {
    const { fileName } = offer(name, large);
    hub.misbehave({ at, path: fileName, ...rule });
  }

  for (const { name } of [...mended, ...refused]) await add(page, offered.get(name));
  for (const { name } of mended)
    await expect(row(page, name), name).toContainText("checked and installed", { timeout: END_TIMEOUT_MS });
  for (const { name, words } of refused) {
    await expect(row(page, name).getByRole("alert"), name).toHaveText(words, { timeout: END_TIMEOUT_MS });
    await expect(row(page, name).getByRole("button", { name: `Try again: ${name}` })).toBeVisible();
  }
  for (const { name, words } of waiting) {
    await add(page, offered.get(name));
    await expect(row(page, name), name).toContainText(words, { timeout: END_TIMEOUT_MS });
  }
  for (const { name } of waiting) {
    await row(page, name)
      .getByRole("button", { name: `Cancel ${name}` })
      .click();
    await expect(row(page, name)).toHaveCount(0);
  }

  // The same file, asked for twice at once: one download, one time over the line.
  const twice = offer("asked for twice");
  await Promise.all([add(page, twice), add(page, twice)]);
  await expect(row(page, "asked for twice")).toHaveCount(1);
  await expect(row(page, "asked for twice")).toContainText("checked and installed", { timeout: END_TIMEOUT_MS });
  expect(hub.bytesSent(twice.fileName)).toBe(twice.content.length);

  // Names that climb are refused before anything is asked of the hub.
  const asked = hub.requests.length;
  const climbing = { ...offerOf("climbing", tinyModelBytes({ seed: 99 })), path: "../../climbing.gguf" };
  expect(await add(page, climbing)).toBe("download-name-refused");
  expect(hub.requests).toHaveLength(asked);
  expect(existsSync(path.join(app.dataFolder, "climbing.gguf"))).toBe(false);

  const good = [...mended.map(({ name }) => name), "asked for twice"];
  const models = path.join(app.dataFolder, "models");
  const found = (await readdir(models, { recursive: true })).filter((name) => name.endsWith(".gguf"));
  expect(found).toHaveLength(good.length);
  expect(new Set(found.map((name) => path.basename(name)))).toEqual(
    new Set(good.map((name) => offered.get(name)?.fileName)),
  );
  for (const name of found) {
    const offerHere = [...offered.values()].find(({ fileName }) => fileName === path.basename(name));
    expect(sha256(await readFile(path.join(models, name)))).toBe(sha256(offerHere?.content ?? Buffer.alloc(0)));
  }
  await page.getByRole("tab", { name: /^Installed/ }).click();
  await expect(page.getByRole("tab", { name: `Installed ${good.length}` })).toBeVisible();
});

test(
  "a download goes on after kill -9 of the app, and after its parts were deleted",
  { tag: "@slow" },
  async ({ launch, allowProblems }) => {
    allowProblems(/download|ENOENT/i);
    const dataFolder = await freshDataFolder();
    const large = offerOf("Large", ggufLike(12 * CHUNK_BYTES + 12_345));
    hub.bytesPerSecond = 20_000_000;
    const options = { dataFolder, starterModel: false, env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint } };
    const killed = await launch(options);
    await openDownloads(killed.window);
    await add(killed.window, large);
    await expect
      .poll(() => hub.bytesSent(large.fileName), { timeout: END_TIMEOUT_MS })
      .toBeGreaterThan(large.content.length * 0.4);
    await killed.kill();
    const before = hub.bytesSent(large.fileName);
    expect(before).toBeLessThan(large.content.length);
    expect(await ggufsIn(dataFolder)).toEqual([]);

    const app = await launch(options);
    const page = app.window;
    await openDownloads(page);
    await expect(row(page, "Large")).toContainText("checked and installed", { timeout: END_TIMEOUT_MS });
    expect(await ggufsIn(dataFolder)).toEqual([[large.fileName, sha256(large.content)]]);
    // What is fetched twice is what the dead app had not written: a chunk per connection, and what was in the system's buffers.
    expect(hub.bytesSentTwice(large.fileName)).toBeLessThanOrEqual(CONNECTIONS * (CHUNK_BYTES + 6_000_000));

    for (const [name, victim] of [
      ["Folder", ""],
      ["Part", "0.part"],
    ] as const) {
      hub.bytesPerSecond = 5_000_000;
      const other = offerOf(name, ggufLike(3 * CHUNK_BYTES + name.length));
      await add(page, other);
      await expect.poll(() => hub.bytesSent(other.fileName), { timeout: END_TIMEOUT_MS }).toBeGreaterThan(CHUNK_BYTES);
      const unfinished = path.join(dataFolder, "models", ".downloads");
      const [id = ""] = await readdir(unfinished);
      await rm(path.join(unfinished, id, victim), { recursive: true });
      await expect(row(page, name).getByRole("alert"), name).toHaveText(
        /removed the unfinished download from the disk.*starts over/is,
        { timeout: END_TIMEOUT_MS },
      );
      expect(await ggufsIn(dataFolder)).not.toContainEqual([other.fileName, expect.anything()]);
      hub.bytesPerSecond = null;
      await row(page, name)
        .getByRole("button", { name: `Try again: ${name}` })
        .click();
      await expect(row(page, name)).toContainText("checked and installed", { timeout: END_TIMEOUT_MS });
      expect(await ggufsIn(dataFolder)).toContainEqual([other.fileName, sha256(other.content)]);
    }
  },
);

test("a disk that fills up pauses the download, says how much is missing, and it goes on", async ({
  launch,
  allowProblems,
}) => {
  test.skip(process.platform !== "linux" || !IS_ROOT, "a small disk is mounted, which needs Linux and root");
  allowProblems(/download|ENOSPC/i);
  const dataFolder = await freshDataFolder();
  const models = await modelsFolder(dataFolder);
  // The app leaves 512 MiB to others, so the disk is not as small as the file.
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=640m", "tmpfs", models]);
  try {
    const offer = offerOf("Filling", ggufLike(6 * CHUNK_BYTES));
    hub.bytesPerSecond = 5_000_000;
    const app = await launch({
      dataFolder,
      starterModel: false,
      env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint },
    });
    const page = app.window;
    await openDownloads(page);
    await add(page, offer);
    await expect.poll(() => hub.bytesSent(offer.fileName), { timeout: END_TIMEOUT_MS }).toBeGreaterThan(1_000_000);
    await writeFile(path.join(models, "ballast"), Buffer.alloc(120_000_000));
    await expect(row(page, "Filling").getByRole("alert")).toHaveText(
      /not enough space on the disk.*Free up [\d.]+ MB more, then resume/is,
      { timeout: END_TIMEOUT_MS },
    );
    expect(await ggufsIn(dataFolder)).toEqual([]);
    await rm(path.join(models, "ballast"));
    hub.bytesPerSecond = null;
    await row(page, "Filling").getByRole("button", { name: "Resume Filling" }).click();
    await expect(row(page, "Filling")).toContainText("checked and installed", { timeout: END_TIMEOUT_MS });
    expect(await ggufsIn(dataFolder)).toEqual([[offer.fileName, sha256(offer.content)]]);
    await app.close();
  } finally {
    execFileSync("umount", ["-l", models]);
  }
});

interface Offer {
  repository: HubRepository;
  title: string;
  path: string;
  fileName: string;
  content: Uint8Array;
}

/** Puts a model on the hub. */
function offerOf(title: string, content: Uint8Array): Offer {
  const word = title.replaceAll(/[^A-Za-z0-9]+/gu, "-");
  const fileName = `${word}-F32.gguf`;
  const repository = hub.add({ id: `maker/${word}-GGUF`, files: [{ path: fileName, content: Buffer.from(content) }] });
  return { repository, title, path: fileName, fileName, content };
}

/** A model's beginning, and noise: large enough to be interrupted, and quickly made. */
function ggufLike(sizeBytes: number): Buffer {
  return Buffer.concat([Buffer.from(tinyModelBytes({ seed: sizeBytes })), seededBytes(sizeBytes, sizeBytes)]).subarray(
    0,
    sizeBytes,
  );
}

/** Asks for the download as the page does; returns what was refused, or null. */
async function add(page: Page, offer: Offer | undefined): Promise<string | null> {
  if (!offer) throw new Error("not offered");
  const request = {
    repository: offer.repository.id,
    revision: offer.repository.revision,
    title: offer.title,
    quantization: "F32",
    licence: null,
    files: [{ path: offer.path, sizeBytes: offer.content.length, sha256: sha256(offer.content) }],
  };
  return page.evaluate(async (wanted) => {
    const added = await window.facet.call["downloads.add"](wanted as never);
    return added.ok ? null : added.failure.code;
  }, request);
}

async function openDownloads(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Models", exact: true }).click({ timeout: 60_000 });
  await page.getByRole("tab", { name: /^Downloads/ }).click();
}

function row(page: Page, title: string): Locator {
  return page
    .getByRole("list", { name: "Downloads" })
    .getByRole("listitem")
    .filter({ has: page.getByText(title, { exact: true }) });
}

async function ggufsIn(dataFolder: string): Promise<[name: string, hash: string][]> {
  const models = path.join(dataFolder, "models");
  await mkdir(models, { recursive: true });
  const names = (await readdir(models, { recursive: true })).filter((name) => name.endsWith(".gguf"));
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [
      path.basename(name),
      sha256(await readFile(path.join(models, name))),
    ]),
  );
}
