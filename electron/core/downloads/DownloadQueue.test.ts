// Downloads end to end in one process: the queue, the disk, and a hub on this computer that misbehaves.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import { seededBytes, sha256 } from "../../../e2e/hub/hubRepository";
import type { HubDoor, Misbehaviour } from "../../../e2e/hub/misbehaviour";
import { DownloadRequest, type Download, type DownloadId, type DownloadState } from "../../contract/downloads";
import { fetchHttp } from "../hub/fetchHttp";
import { socketHttp } from "../hub/socketHttp";
import { hubAddress } from "../hub/hubAddress";
import { HubClient } from "../hub/HubClient";
import { HubFileSource } from "../hub/HubFileSource";
import { DownloadQueue, type DownloadQueueOptions } from "./DownloadQueue";
import type { ReadyModel } from "./QueuedDownload";

const KIB = 1024;
const CHUNK_BYTES = 256 * KIB;
const SIZE_BYTES = 3_000_001;
const content = seededBytes(SIZE_BYTES, 1);
const TIMING = { stallMs: 1500, backOff: { firstMs: 5, maxMs: 40 }, maxHubTries: 4, syncMs: 50 };

let hub: HubServer;
let folder: string;
let token: string | null;
let queue: DownloadQueue;
let ready: ReadyModel[];
let seen: Download[];
let problems: unknown[];
let watchers: Set<() => void>;

/** Over sockets unless told: that is what the app uses where there is no proxy. */
function newQueue(options: Partial<DownloadQueueOptions> = {}, http = socketHttp(fetchHttp(fetch))): DownloadQueue {
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("refused");
  const client = new HubClient({ http, address: address.value, token: async () => token });
  const changed = (): void => watchers.forEach((watcher) => watcher());
  return new DownloadQueue({
    modelsFolder: folder,
    endpoint: hub.endpoint,
    openSource: (file) => new HubFileSource(client, file),
    onChange: (download) => {
      seen.push(download);
      changed();
    },
    onRemoved: changed,
    onReady: (model) => ready.push(model),
    onProblem: (error) => problems.push(error),
    chunkBytes: CHUNK_BYTES,
    timing: TIMING,
    reserveBytes: 0,
    ...options,
  });
}

beforeEach(async () => {
  hub = await HubServer.start();
  folder = await mkdtemp(path.join(tmpdir(), "facet-downloads-"));
  token = null;
  ready = [];
  seen = [];
  problems = [];
  watchers = new Set();
  queue = newQueue();
  await queue.start();
});

afterEach(async () => {
  await queue.stop();
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Puts the files on the hub and asks for them. */
function offer(
  files: Record<string, Buffer> = { "model-Q4_0.gguf": content },
  more: Partial<Parameters<HubServer["add"]>[0]> = {},
): DownloadRequest {
  const repository = hub.add({
    id: "maker/Model-GGUF",
    files: Object.entries(files).map(([name, bytes]) => ({ path: name, content: bytes })),
    ...more,
  });
  return DownloadRequest.parse({
    repository: repository.id,
    revision: repository.revision,
    title: "Model · Q4_0",
    quantization: "Q4_0",
    licence: "apache-2.0",
    files: Object.entries(files).map(([name, bytes]) => ({
      path: name,
      sizeBytes: bytes.length,
      sha256: sha256(bytes),
    })),
  });
}

async function start(request: DownloadRequest): Promise<DownloadId> {
  const added = await queue.add(request);
  if (!added.ok) throw new Error(added.failure.code);
  return added.value.id;
}

/** Settles when the download is in one of these states. */
function until(id: DownloadId, ...kinds: DownloadState["kind"][]): Promise<DownloadState> {
  return new Promise((resolve) => {
    const look = (): void => {
      const state = queue.list().find((download) => download.id === id)?.state;
      if (!state || !kinds.includes(state.kind)) return;
      watchers.delete(look);
      resolve(state);
    };
    watchers.add(look);
    look();
  });
}

/** Settles when the hub has sent as much of the model. */
function untilSent(bytes: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (hub.bytesSent("model-Q4_0.gguf") < bytes) return;
      clearInterval(timer);
      resolve();
    }, 2);
  });
}

const target = (name = "model-Q4_0.gguf"): string => path.join(folder, "maker__Model-GGUF", name);

async function isWhole(bytes = content, name?: string): Promise<boolean> {
  return sha256(await readFile(target(name))) === sha256(bytes);
}

/** Every file below the folder that would be taken for a model. */
async function modelsOnDisk(): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".gguf"));
}

describe("a download", () => {
  it.each([
    ["fetch", fetchHttp(fetch)],
    ["sockets", socketHttp(fetchHttp(fetch))],
  ])("over %s: is whole, verified, with its origin beside it, and nothing else is left", async (_, http) => {
    await queue.stop();
    queue = newQueue({}, http);
    const request = offer();
    const id = await start(request);
    expect(await until(id, "ready", "failed")).toEqual({ kind: "ready" });
    expect(await isWhole()).toBe(true);
    expect(JSON.parse(await readFile(`${target()}.origin.json`, "utf8"))).toMatchObject({
      repository: "maker/Model-GGUF",
      revision: request.revision,
      path: "model-Q4_0.gguf",
      sha256: sha256(content),
      licence: "apache-2.0",
    });
    expect(ready).toHaveLength(1);
    expect(ready[0]?.files.map((file) => file.path)).toEqual([target()]);
    expect(await readdir(path.join(folder, ".downloads"))).toEqual([]);
    expect(hub.bytesSent("model-Q4_0.gguf")).toBe(SIZE_BYTES);
    expect(problems).toEqual([]);
  });

  it("uses several connections, and asks the hub for the address once per connection at most", async () => {
    hub.bytesPerSecond = 20_000_000;
    const id = await start(offer());
    await until(id, "ready");
    const resolves = hub.requests.filter((request) => request.door === "resolve");
    expect(resolves.length).toBeLessThanOrEqual(4);
    const first = hub.requests.filter((request) => request.door === "content").slice(0, 4);
    expect(new Set(first.map((request) => request.range)).size).toBe(4);
  });

  it("has no model's name before it is verified", async () => {
    hub.bytesPerSecond = 8_000_000;
    const id = await start(offer());
    await untilSent(SIZE_BYTES / 2);
    expect(await modelsOnDisk()).toEqual([]);
    await until(id, "ready");
    expect(await modelsOnDisk()).toEqual([path.join("maker__Model-GGUF", "model-Q4_0.gguf")]);
  });

  it("of a split model is one, and its parts appear together", async () => {
    const parts = Object.fromEntries(
      [1, 2, 3].map((part) => [`Q4/m-Q4_0-0000${part}-of-00003.gguf`, seededBytes(700_000 + part, part)]),
    );
    const id = await start(offer(parts));
    await until(id, "ready");
    expect(ready[0]?.files.map((file) => path.basename(file.path))).toEqual([
      "m-Q4_0-00001-of-00003.gguf",
      "m-Q4_0-00002-of-00003.gguf",
      "m-Q4_0-00003-of-00003.gguf",
    ]);
    for (const [name, bytes] of Object.entries(parts)) expect(await isWhole(bytes, path.basename(name))).toBe(true);
  });

  it("of what is being downloaded, or is there already, fetches nothing twice", async () => {
    hub.bytesPerSecond = 20_000_000;
    const request = offer();
    const [first, second] = await Promise.all([queue.add(request), queue.add(request)]);
    expect(first.ok && second.ok && first.value.id === second.value.id).toBe(true);
    if (!first.ok) return;
    await until(first.value.id, "ready");
    await queue.add(request);
    await until(first.value.id, "ready");
    expect(queue.list()).toHaveLength(1);
    expect(hub.bytesSent("model-Q4_0.gguf")).toBe(SIZE_BYTES);
  });

  it("is waited for over a pause, reports how far it is, and is known to be there afterwards", async () => {
    hub.bytesPerSecond = 8_000_000;
    const request = offer();
    expect(await queue.isThere(request)).toBe(false);
    const id = await start(request);
    const kinds = new Set<string>();
    const files = queue.whenReady(id, {
      signal: new AbortController().signal,
      onChange: ({ state }) => kinds.add(state.kind),
    });
    await untilSent(SIZE_BYTES / 4);
    await queue.pause(id);
    hub.bytesPerSecond = null;
    await queue.resume(id);
    expect(await files).toEqual({ ok: true, value: [target()] });
    expect([...kinds]).toEqual(expect.arrayContaining(["downloading", "paused", "ready"]));
    expect(await queue.isThere(request)).toBe(true);
  });

  it("that is waited for ends the waiting when it is removed, fails, or nobody wants to wait any more", async () => {
    hub.bytesPerSecond = 2_000_000;
    const id = await start(offer());
    const abort = new AbortController();
    const wait = (signal: AbortSignal) => queue.whenReady(id, { signal, onChange: () => undefined });
    const impatient = wait(abort.signal);
    abort.abort();
    expect(await impatient).toMatchObject({ ok: false, failure: { code: "request-cancelled" } });
    const patient = wait(new AbortController().signal);
    await queue.cancel(id);
    expect(await patient).toMatchObject({ ok: false, failure: { code: "request-cancelled" } });

    hub.misbehave({ at: "resolve", do: { kind: "status", status: 404 } });
    const lost = await start(offer());
    expect(
      await queue.whenReady(lost, { signal: new AbortController().signal, onChange: () => undefined }),
    ).toMatchObject({ ok: false, failure: { code: "hub-not-found" } });
  });

  it("of another commit with the same file names does not cover the older", async () => {
    await until(await start(offer()), "ready");
    const newer = seededBytes(500_000, 9);
    await until(await start(offer({ "model-Q4_0.gguf": newer })), "ready");
    expect(await isWhole()).toBe(true);
    expect(await modelsOnDisk()).toHaveLength(2);
  });

  it("of two folders of a repository with the same file names, at once, does not cover the other", async () => {
    const files = { "Q4/model.gguf": content, "Q8/Model.gguf": seededBytes(500_000, 8) };
    const request = offer(files);
    const [first, second] = request.files.map((file) => start({ ...request, files: [file] }));
    await Promise.all([until(await first!, "ready"), until(await second!, "ready")]);
    expect((await modelsOnDisk()).map((name) => path.basename(name)).sort()).toEqual(["Model.gguf", "model.gguf"]);
    expect(new Set((await modelsOnDisk()).map((name) => path.dirname(name))).size).toBe(2);
    for (const file of request.files) expect(await queue.isThere({ ...request, files: [file] })).toBe(true);
  });

  it("has the hub's name in its address and one of Facet's on the disk", async () => {
    const name = "Ordner mit Lücken/Größeres Modell (v2) [fertig], 100 % 你好 😀: “neu”?.gguf";
    await until(await start(offer({ [name]: content })), "ready");
    expect((await modelsOnDisk()).map((file) => path.basename(file))).toEqual([
      "Größeres Modell (v2) [fertig], 100 % 你好 😀- “neu”-.gguf",
    ]);
    expect(ready[0]?.files[0]?.origin.path).toBe(name);
  });

  it.each([["../m.gguf"], ["a/../../m.gguf"], ["a\\m.gguf"], ["m.exe"], ["/abs/m.gguf"]])(
    "is refused for the name %s",
    async (name) => {
      expect(await queue.add(offer({ [name]: content }))).toMatchObject({
        ok: false,
        failure: { code: "download-name-refused" },
      });
      expect(hub.requests).toEqual([]);
    },
  );

  it("of two parts with the same name is refused", async () => {
    expect(await queue.add(offer({ "a/m.gguf": content, "b/M.gguf": seededBytes(10, 3) }))).toMatchObject({
      ok: false,
      failure: { code: "download-name-refused" },
    });
  });
});

describe("a user", () => {
  it("pauses and goes on; nothing that was whole is fetched again", async () => {
    hub.bytesPerSecond = 8_000_000;
    const id = await start(offer());
    await untilSent(SIZE_BYTES / 2);
    await queue.pause(id);
    expect(queue.list()[0]?.state).toEqual({ kind: "paused", failure: null });
    const before = hub.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(hub.requests).toHaveLength(before);
    await queue.resume(id);
    await until(id, "ready");
    expect(await isWhole()).toBe(true);
    expect(hub.bytesSentTwice("model-Q4_0.gguf")).toBeLessThanOrEqual(4 * CHUNK_BYTES);
  });

  it("clicks pause and resume quickly, and it still ends well", async () => {
    hub.bytesPerSecond = 8_000_000;
    const id = await start(offer());
    for (let click = 0; click < 10; click++) {
      void queue.pause(id);
      await new Promise((resolve) => setTimeout(resolve, click * 3));
      void queue.resume(id);
    }
    // The last click was "resume", but a pause may have been on its way: then it is paused, never lost.
    if ((await until(id, "ready", "paused")).kind === "paused") await queue.resume(id);
    await until(id, "ready");
    expect(await isWhole()).toBe(true);
  });

  it("cancels: nothing is left of it", async () => {
    hub.bytesPerSecond = 8_000_000;
    const id = await start(offer());
    await untilSent(SIZE_BYTES / 3);
    await queue.cancel(id);
    expect(queue.list()).toEqual([]);
    expect(await readdir(path.join(folder, ".downloads"))).toEqual([]);
    expect(await modelsOnDisk()).toEqual([]);
  });

  it("closes the app: it goes on at the next start; what was paused stays paused", async () => {
    hub.bytesPerSecond = 8_000_000;
    const other = seededBytes(2_000_000, 5);
    const running = await start(offer());
    await untilSent(SIZE_BYTES / 2);
    const paused = await start(offer({ "other.gguf": other }, { id: "maker/Other-GGUF" }));
    await queue.pause(paused);
    await queue.stop();
    queue = newQueue();
    await queue.start();
    expect(queue.list().find(({ id }) => id === paused)?.state).toEqual({ kind: "paused", failure: null });
    expect(queue.list().find(({ id }) => id === running)?.receivedBytes).toBeGreaterThan(0);
    await until(running, "ready");
    expect(await isWhole()).toBe(true);
  });

  it("deletes the parts while it runs: it says so, and starts over when asked", async () => {
    hub.bytesPerSecond = 8_000_000;
    const id = await start(offer());
    await untilSent(SIZE_BYTES / 2);
    await rm(path.join(folder, ".downloads"), { recursive: true });
    expect(await until(id, "failed", "ready")).toMatchObject({
      kind: "failed",
      failure: { code: "download-parts-missing" },
    });
    await queue.resume(id);
    await until(id, "ready");
    expect(await isWhole()).toBe(true);
  });
});

describe("a misbehaving hub: the download ends whole all the same", () => {
  it.each<[string, HubDoor, Misbehaviour, number | undefined]>([
    ["connections break after 100 kB, always", "content", { kind: "cut", afterBytes: 100_000 }, undefined],
    ["connections break before any answer, at times", "content", { kind: "refuse" }, 5],
    ["connections die without a word", "content", { kind: "stall", afterBytes: 50_000 }, 4],
    ["503 at times", "content", { kind: "status", status: 503 }, 3],
    ["429", "content", { kind: "status", status: 429, retryAfter: "0" }, 3],
    ["429 at the hub itself", "resolve", { kind: "status", status: 429, retryAfter: "0" }, 3],
    ["500 at the hub itself", "resolve", { kind: "status", status: 500 }, 3],
    ["ranges are ignored", "content", { kind: "ignored-ranges" }, undefined],
    ["ranges are ignored from some time on", "content", { kind: "ignored-ranges" }, undefined],
    ["the content network's ETag changes with each answer", "content", { kind: "changed-etag" }, undefined],
    ["addresses expire", "content", { kind: "status", status: 403 }, 2],
    ["a page to log in at comes first", "content", { kind: "html-page" }, 3],
    ["more bytes come than were asked for", "content", { kind: "endless" }, 2],
  ])("%s", async (name, at, misbehaviour, times) => {
    hub.misbehave({
      at,
      do: misbehaviour,
      ...(times === undefined ? {} : { times }),
      ...(name.includes("some time") ? { skip: 5 } : {}),
    });
    const id = await start(offer());
    expect(await until(id, "ready", "failed")).toEqual({ kind: "ready" });
    expect(await isWhole()).toBe(true);
    expect(problems).toEqual([]);
  });

  it("no network: it waits, says so, and goes on by itself", async () => {
    hub.bytesPerSecond = 8_000_000;
    const id = await start(offer());
    await untilSent(SIZE_BYTES / 3);
    const goOnline = await hub.goOffline();
    expect(await until(id, "waiting")).toEqual({ kind: "waiting", for: "network" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(queue.list()[0]?.state).toEqual({ kind: "waiting", for: "network" });
    await goOnline();
    queue.wake();
    await until(id, "ready");
    expect(await isWhole()).toBe(true);
    expect(hub.bytesSentTwice("model-Q4_0.gguf")).toBeLessThanOrEqual(4 * CHUNK_BYTES);
  });
});

describe("a misbehaving hub: what cannot be mended is said, and no model appears", () => {
  it.each<[string, HubDoor, Misbehaviour, string]>([
    ["the file is longer than the listing said", "content", { kind: "wrong-length", byBytes: 10 }, "download-changed"],
    [
      "the file is shorter than the listing said",
      "content",
      { kind: "wrong-length", byBytes: -1_000_000 },
      "download-changed",
    ],
    ["the hub has another file by now", "resolve", { kind: "changed-file" }, "download-changed"],
    ["a byte is wrong", "content", { kind: "wrong-bytes", atByte: 2_000_000 }, "download-wrong-hash"],
    ["another range comes than was asked for", "content", { kind: "shifted-range", byBytes: 1 }, "hub-answer-invalid"],
    ["401", "resolve", { kind: "status", status: 401, errorCode: "GatedRepo" }, "hub-needs-token"],
    ["403", "resolve", { kind: "status", status: 403 }, "hub-gated"],
    ["404", "resolve", { kind: "status", status: 404, errorCode: "EntryNotFound" }, "hub-not-found"],
    ["403 at the content network, for good", "content", { kind: "status", status: 403 }, "hub-content-refused"],
    ["500, for good", "content", { kind: "status", status: 500 }, "hub-unavailable"],
    ["a web page, for good", "content", { kind: "html-page" }, "download-not-a-file"],
    [
      "a redirect to plain http",
      "resolve",
      { kind: "redirect", location: "http://example.com/model.gguf" },
      "hub-redirect-refused",
    ],
    ["a redirect to a file", "resolve", { kind: "redirect", location: "file:///etc/passwd" }, "hub-redirect-refused"],
    [
      "a redirect to another host",
      "content",
      { kind: "redirect", location: "https://example.com/model.gguf" },
      "hub-redirect-refused",
    ],
  ])("%s", async (_, at, misbehaviour, code) => {
    const behave = hub.misbehave({ at, do: misbehaviour });
    const id = await start(offer());
    expect(await until(id, "failed", "ready")).toMatchObject({ kind: "failed", failure: { code } });
    expect(await modelsOnDisk()).toEqual([]);
    // After a restart it is still listed with its reason, and a later try ends well.
    await queue.stop();
    queue = newQueue();
    await queue.start();
    expect(queue.list()[0]?.state).toMatchObject({ kind: "failed", failure: { code } });
    behave();
    await queue.resume(id);
    expect(await until(id, "ready", "failed")).toEqual({ kind: "ready" });
    expect(await isWhole()).toBe(true);
  });

  it("a gated model comes with a token, which the content network never sees", async () => {
    const request = offer({ "model-Q4_0.gguf": content }, { gated: "manual" });
    const id = await start(request);
    expect(await until(id, "failed", "ready")).toMatchObject({ failure: { code: "hub-needs-token" } });
    token = "hf_wrong";
    hub.tokensWithoutAccess.add(token);
    await queue.resume(id);
    expect(await until(id, "failed", "ready")).toMatchObject({ failure: { code: "hub-gated" } });
    token = "hf_right";
    hub.tokens.add(token);
    await queue.resume(id);
    await until(id, "ready");
    expect(
      hub.requests
        .filter((seenRequest) => seenRequest.door === "content")
        .every((seenRequest) => seenRequest.authorization === null),
    ).toBe(true);
    expect(JSON.stringify(seen)).not.toContain("hf_");
  });
});

describe("the disk", () => {
  it("too small from the start: paused before a byte is fetched, with what is missing", async () => {
    await queue.stop();
    let free = 1_000_000;
    queue = newQueue({ freeBytes: async () => free, reserveBytes: 500_000 });
    const id = await start(offer());
    expect(await until(id, "paused")).toMatchObject({
      failure: { code: "download-disk-full", details: { missingBytes: String(SIZE_BYTES + 500_000 - 1_000_000) } },
    });
    expect(hub.bytesSent("model-Q4_0.gguf")).toBe(0);
    free = 10_000_000;
    await queue.resume(id);
    await until(id, "ready");
    expect(await isWhole()).toBe(true);
  });

  it.skipIf(process.platform !== "linux" || process.getuid?.() !== 0)(
    "that fills up: paused with what is missing, parts kept, and it goes on",
    async () => {
      await queue.stop();
      const disk = await mkdtemp(path.join(tmpdir(), "facet-small-disk-"));
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
      const outer = folder;
      try {
        folder = disk;
        await writeFile(path.join(disk, "ballast"), Buffer.alloc(2_200_000));
        // The check before is switched off: somebody else takes the room while it runs.
        queue = newQueue({ freeBytes: async () => 1e12 });
        const id = await start(offer());
        const state = await until(id, "paused", "failed", "ready");
        expect(state).toMatchObject({ kind: "paused", failure: { code: "download-disk-full" } });
        expect(await modelsOnDisk()).toEqual([]);
        const fetched = hub.bytesSent("model-Q4_0.gguf");
        await rm(path.join(disk, "ballast"));
        await queue.resume(id);
        expect(await until(id, "ready", "paused", "failed")).toEqual({ kind: "ready" });
        expect(await isWhole()).toBe(true);
        expect(fetched).toBeGreaterThan(0);
        expect(hub.bytesSentTwice("model-Q4_0.gguf")).toBeLessThanOrEqual(4 * (CHUNK_BYTES + 1024 * KIB));
      } finally {
        await queue.stop();
        execFileSync("umount", [disk]);
        folder = outer;
      }
    },
  );

  it("with a folder that cannot be written says so", async () => {
    await queue.stop();
    await writeFile(path.join(folder, ".downloads"), "a file where a folder should be");
    queue = newQueue();
    expect(await queue.add(offer())).toMatchObject({ ok: false, failure: { code: "download-folder-unusable" } });
  });

  it("with states that cannot be read keeps them, and lists the others", async () => {
    hub.bytesPerSecond = 8_000_000;
    const id = await start(offer());
    await untilSent(500_000);
    await queue.stop();
    const damaged = path.join(folder, ".downloads", "0".repeat(32));
    execFileSync("mkdir", ["-p", damaged]);
    await writeFile(path.join(damaged, "download.json"), '{"version":1,');
    queue = newQueue();
    await queue.start();
    expect(queue.list().map((download) => download.id)).toEqual([id]);
    expect(problems).toHaveLength(1);
    expect(existsSync(damaged)).toBe(true);
  });
});
