// Fetching an adapter as a job, without converting: what goes on, what is kept, what goes. Converting and the rest: e2e/hubDeltas.spec.ts.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import { seededBytes } from "../../../e2e/hub/hubRepository";
import type { Delta } from "../../contract/deltas";
import { fail, succeed } from "../../contract/failure";
import { RepositoryName } from "../../contract/hub";
import type { JobPhase } from "../../contract/jobQueue";
import { loraBytes } from "../../testing/deltaGguf";
import { estimatorInProcess } from "../../testing/estimatorInProcess";
import { fetchHttp } from "../hub/fetchHttp";
import { hubAddress } from "../hub/hubAddress";
import { HubClient } from "../hub/HubClient";
import type { FetchDeltaOrder } from "./jobOrder";
import { CANCELLED } from "./JobQueue";
import type { JobTools } from "./JobTools";
import { orderOf } from "./orderOf";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { fetchedFolder, runFetchDelta } from "./runFetchDelta";

/** An adapter by its header, and much behind it. */
const content = Buffer.concat([loraBytes(), seededBytes(24 * 1024 * 1024, 1)]);
let hub: HubServer;
let folder: string;
let added: { bytes: Buffer; about: unknown; origin: unknown }[];
let tools: JobTools;

beforeEach(async () => {
  hub = await HubServer.start();
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-fetch-delta-"));
  hub.add({
    id: "maker/Adapter",
    licence: "mit",
    files: [
      { path: "a-lora.gguf", content },
      { path: "b-lora.gguf", content: Buffer.from(loraBytes({ seed: 2 })) },
    ],
  });
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("the test hub's address is refused");
  const client = new HubClient({
    http: fetchHttp(fetch),
    address: address.value,
    token: async () => null,
    backOff: { firstMs: 1, maxMs: 2 },
  });
  added = [];
  tools = {
    unfinished: await UnfinishedFiles.open(folder, () => undefined),
    fetchFolder: path.join(folder, "fetched"),
    deltasFolder: path.join(folder, "deltas"),
    hubClient: () => succeed(client),
    estimator: estimatorInProcess(path.join(folder, "scratch")),
    addDelta: async (file, origin, about) => {
      added.push({ bytes: await readFile(file), origin, about });
      return succeed({ id: "delta" } as Delta);
    },
  } as Partial<JobTools> as JobTools;
});
afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true });
});

async function order(wanted: string | null = "a-lora.gguf"): Promise<FetchDeltaOrder> {
  const start = {
    kind: "fetch-delta" as const,
    hub: { repository: RepositoryName.parse("maker/Adapter"), revision: null, path: wanted },
    baseId: null,
  };
  const made = await orderOf(start, tools, () => undefined);
  if (!made.ok || made.value.kind !== "fetch-delta") throw new Error(JSON.stringify(made));
  return made.value;
}

/** Runs until the first bytes are here, then ends it for that reason. */
async function endIn(made: FetchDeltaOrder, reason: string) {
  const abort = new AbortController();
  hub.bytesPerSecond = 40_000_000;
  const ended = runFetchDelta(made, tools, {
    signal: abort.signal,
    onPhase: (phase) => phase.kind === "download" && phase.receivedBytes > 9_000_000 && abort.abort(reason),
  });
  expect(await ended).toMatchObject({ ok: false, failure: { code: "request-cancelled" } });
  hub.bytesPerSecond = null;
}

const left = () => readdir(tools.fetchFolder).catch(() => []);
const never = new AbortController().signal;

it("fetches what was there when the user asked, reports how far it is, and leaves nothing behind", async () => {
  const made = await order();
  expect(made.source).toMatchObject({
    path: "a-lora.gguf",
    name: "Adapter · a-lora",
    licence: "mit",
    configPath: null,
  });
  const phases: JobPhase[] = [];
  expect(await runFetchDelta(made, tools, { signal: never, onPhase: (phase) => phases.push(phase) })).toMatchObject({
    ok: true,
    value: { deltaId: "delta", modelId: null },
  });
  expect(added[0]?.bytes.equals(content)).toBe(true);
  expect(added).toMatchObject([
    {
      origin: { kind: "hub", repository: "maker/Adapter", revision: made.source.revision },
      about: { name: "Adapter · a-lora", licence: "mit" },
    },
  ]);
  expect(phases[0]).toMatchObject({ kind: "download", receivedBytes: 0, totalBytes: content.length, waitingFor: null });
  expect(await left()).toEqual([]);
});

it("goes on after the app's end where it was; a cancelled one leaves nothing", async () => {
  const made = await order();
  await endIn(made, "closing");
  expect(await left()).toHaveLength(1);
  const folderOfJob = fetchedFolder(tools.fetchFolder, made);
  await tools.unfinished.recover((file) => file.startsWith(folderOfJob));
  expect(await left()).toHaveLength(1);
  expect(await runFetchDelta(made, tools, { signal: never, onPhase: () => undefined })).toMatchObject({ ok: true });
  expect(added[0]?.bytes.equals(content)).toBe(true);
  // Whole chunks are not fetched again.
  expect(hub.bytesSentTwice("a-lora.gguf")).toBeLessThan(content.length);

  await endIn(made, CANCELLED);
  expect(await left()).toEqual([]);
  await endIn(made, "closing");
  // Put there by somebody else.
  await writeFile(path.join(tools.fetchFolder, "notes.txt"), "mine");
  await tools.unfinished.recover(() => false);
  expect(await left()).toEqual(["notes.txt"]);
});

it("keeps what was fetched only where another try may help", async () => {
  const made = await order("b-lora.gguf");
  tools.addDelta = () => Promise.resolve(fail("delta-damaged"));
  expect(await runFetchDelta(made, tools, { signal: never, onPhase: () => undefined })).toMatchObject({
    ok: false,
    failure: { code: "delta-damaged" },
  });
  expect(await left()).toEqual([]);
  tools.addDelta = () => Promise.resolve(fail("disk-full"));
  expect(await runFetchDelta(made, tools, { signal: never, onPhase: () => undefined })).toMatchObject({
    ok: false,
    failure: { code: "disk-full" },
  });
  expect(await left()).toHaveLength(1);
});

it("refuses at once what is not there", async () => {
  const start = {
    kind: "fetch-delta" as const,
    hub: { repository: RepositoryName.parse("maker/Adapter"), revision: null, path: "c-lora.gguf" },
    baseId: null,
  };
  expect(await orderOf(start, tools, () => undefined)).toMatchObject({ ok: false, failure: { code: "not-found" } });
  const gone = { ...start, hub: { ...start.hub, repository: RepositoryName.parse("maker/Gone") } };
  expect(await orderOf(gone, tools, () => undefined)).toMatchObject({ ok: false, failure: { code: "hub-not-found" } });
});
