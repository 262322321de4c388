// What is switched off makes no connection, and what goes on is broken off; with the real hub client and a hub on this computer.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubServer } from "../../e2e/hub/HubServer";
import { fail, succeed } from "../contract/failure";
import { RepositoryName, Revision, type HubQuery } from "../contract/hub";
import { defaultAppSettings, type AppSettings } from "../contract/settings";
import type { HostNetwork } from "./Host";
import { fetchHttp } from "./hub/fetchHttp";
import { Hub } from "./hub/Hub";
import { DEFAULT_ENDPOINT } from "./hub/hubAddress";
import { KeptAnswers } from "./hub/KeptAnswers";
import { StoredHubSettings } from "./hub/StoredHubSettings";
import { TokenStore } from "./hub/TokenStore";
import { openJsonFile } from "./JsonFile";
import { NetworkSwitches } from "./NetworkSwitches";
import { StoredSettings } from "./StoredSettings";
import { UnfinishedFiles } from "./UnfinishedFiles";
import { WorkerThreads } from "./worker/WorkerThreads";

const QUERY: HubQuery = { of: "models", text: "", sort: "downloads", family: null, parameters: null, cursor: null };
const never = new AbortController().signal;

let server: HubServer;
let folder: string;
let settings: { value: Pick<AppSettings, "network"> };
let switches: NetworkSwitches;
let hub: Hub;

beforeEach(async () => {
  server = await HubServer.start();
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-network-"));
  const unfinished = await UnfinishedFiles.open(folder, () => undefined);
  const { file } = await openJsonFile(path.join(folder, "hub.json"), StoredHubSettings, Date.now, {
    isReader: false,
    unfinished,
  });
  settings = { value: { network: { ...defaultAppSettings.network } } };
  switches = new NetworkSwitches(settings);
  const network: HostNetwork = {
    http: fetchHttp(fetch),
    fetch,
    setProxy: async () => undefined,
    usesProxy: async () => false,
  };
  const secrets = { isAvailable: () => false, encrypt: (text: string) => Buffer.from(text), decrypt: String };
  hub = new Hub({
    file,
    token: new TokenStore(path.join(folder, "hub-token"), secrets, unfinished),
    foundToken: () => null,
    takesFoundToken: false,
    kept: KeptAnswers.none(),
    usualEndpoint: DEFAULT_ENDPOINT,
    network,
    switches,
    worker: new WorkerThreads(""),
    fixedEndpoint: server.endpoint,
  });
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

function client(use: "search" | "downloads") {
  const found = hub.client(use);
  if (!found.ok) throw new Error(found.failure.code);
  return found.value;
}

function switchTo(change: Partial<AppSettings["network"]>): void {
  settings.value = { network: { ...settings.value.network, ...change } };
  switches.changed();
}

it("asks nothing while it is switched off, by whichever client, and asks again when it is on", async () => {
  server.add({ id: "maker/Model-GGUF", files: [{ path: "model-Q4_0.gguf", content: Buffer.alloc(1000) }] });
  const searching = client("search");
  switchTo({ search: false });
  const off = { ok: false, failure: { code: "switched-off", details: { use: "search" } } };
  expect(await searching.search(QUERY, never)).toMatchObject(off);
  expect(await client("search").model("maker/Model-GGUF", never)).toMatchObject(off);
  expect(server.requests).toEqual([]);
  expect(await client("downloads").model("maker/Model-GGUF", never)).toMatchObject({ ok: true });
  switchTo({ search: true });
  expect(await searching.search(QUERY, never)).toMatchObject({ ok: true });
});

it("breaks off a body that is on its way, and no other", async () => {
  const id = RepositoryName.parse("maker/Model-GGUF");
  const added = server.add({ id, files: [{ path: "model-Q4_0.gguf", content: Buffer.alloc(4_000_000) }] });
  const revision = Revision.parse(added.revision);
  server.bytesPerSecond = 1_000_000;
  const asking = client("downloads");
  const open = () => asking.openContent(asking.fileUrl(id, revision, "model-Q4_0.gguf"), {}, never);
  const opened = await open();
  if (!opened.ok) throw new Error(opened.failure.code);
  let received = 0;
  const room = new Uint8Array(65_536);
  const body = opened.value.response.readBody({
    room: () => room,
    took(lengthBytes) {
      if (received === 0) switchTo({ search: false });
      received += lengthBytes;
      if (received > 200_000) switchTo({ downloads: false });
    },
  });
  await expect(body).rejects.toThrow("switched off: downloads");
  expect(received).toBeLessThan(4_000_000);
  expect(await open()).toMatchObject({ ok: false, failure: { code: "switched-off" } });
});

it("ends what connects by itself", async () => {
  const work = (signal: AbortSignal) =>
    new Promise<ReturnType<typeof fail>>((resolve) => {
      signal.addEventListener("abort", () => resolve(fail("request-cancelled")), { once: true });
    });
  const running = switches.during("starter", never, work);
  switchTo({ starter: false });
  const off = { ok: false, failure: { code: "switched-off", details: { use: "starter" } } };
  expect(await running).toMatchObject(off);
  expect(await switches.during("starter", never, async () => succeed("never"))).toMatchObject(off);
});

it("reads each switch by itself, and what is not stored is on", () => {
  const read = (json: unknown) => StoredSettings.read(json)?.value.network;
  expect(read({})).toEqual({ search: true, downloads: true, starter: true, links: true });
  expect(read({ network: { search: false, downloads: "no", later: false } })).toEqual({
    search: false,
    downloads: true,
    starter: true,
    links: true,
  });
});
