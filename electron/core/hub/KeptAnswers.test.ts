// Answers that are kept: over a restart, bounded, only true ones, and gone with the token.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import { RepositoryName } from "../../contract/hub";
import { fetchHttp } from "./fetchHttp";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";
import { KeptAnswers } from "./KeptAnswers";

const never = new AbortController().signal;
const HOUR_MS = 60 * 60 * 1000;
let hub: HubServer;
let parent: string;
let now: number;
const folder = () => path.join(parent, "hub-answers");

beforeEach(async () => {
  hub = await HubServer.start();
  parent = mkdtempSync(path.join(tmpdir(), "facet-kept-"));
  now = Date.now();
});
afterEach(async () => {
  await hub.stop();
  rmSync(parent, { recursive: true });
});

/** As after a start of the application. */
function start(isReader = false) {
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("refused");
  const kept = new KeptAnswers({ folder: folder(), isReader, now: () => now });
  const client = new HubClient({
    http: fetchHttp(fetch),
    address: address.value,
    token: async () => null,
    now: () => now,
    kept,
    backOff: { firstMs: 1, maxMs: 2 },
  });
  return { kept, client };
}

function addModel(id = "maker/Model-GGUF", fileCount = 1) {
  return hub.add({
    id,
    files: Array.from({ length: fileCount }, (_, index) => ({
      path: `m${index}-Q4_0.gguf`,
      content: Buffer.from("GGUF"),
    })),
  });
}

const asked = () => hub.requests.splice(0).map(({ path: asked }) => asked.replace(/^\/api\/models/u, "").slice(0, 40));
const search = { of: "models", text: "", sort: "downloads", family: null, parameters: null, cursor: null } as const;

it("a model is asked for once in an hour, over restarts; its files once for each commit", async () => {
  const { revision } = addModel();
  const first = start();
  const answer = await first.client.model("maker/Model-GGUF", never);
  expect(asked()).toHaveLength(2);
  await first.kept.settled();

  const second = start();
  expect(await second.client.model("maker/Model-GGUF", never)).toEqual(answer);
  expect(asked()).toEqual([]);
  now += HOUR_MS;
  expect(await second.client.model("maker/Model-GGUF", never)).toEqual(answer);
  expect(asked()).toEqual(["/maker/Model-GGUF"]);
  expect(await second.client.model("maker/Model-GGUF", never, true)).toEqual(answer);
  expect(asked()).toEqual(["/maker/Model-GGUF"]);

  // Another commit.
  addModel("maker/Model-GGUF", 3);
  const changed = await second.client.model("maker/Model-GGUF", never, true);
  expect(changed.ok && changed.value.variants.length).toBe(3);
  expect(changed.ok && changed.value.revision).not.toBe(revision);
  expect(asked()).toHaveLength(2);
});

it("what a search found is asked for its files only", async () => {
  for (let index = 0; index < 30; index++) addModel(`maker/Model-${index}`);
  const { client } = start();
  expect(await client.search(search, never)).toMatchObject({ ok: true });
  for (let index = 0; index < 30; index++)
    expect(await client.model(`maker/Model-${index}`, never)).toMatchObject({ ok: true });
  expect(asked()).toHaveLength(1 + 30);
  // And when it is looked at again, for nothing.
  for (let index = 0; index < 30; index++) await client.model(`maker/Model-${index}`, never);
  expect(asked()).toEqual([]);
});

it("a hub that takes no questions is not asked, and what is known of old does", async () => {
  addModel();
  const { client } = start();
  await client.model("maker/Model-GGUF", never);
  now += HOUR_MS;
  hub.quota = { api: 0 };
  hub.renewedInSeconds = 55;
  asked();
  expect(await client.model("maker/Model-GGUF", never)).toMatchObject({ ok: true });
  expect(asked()).toHaveLength(1);
  const told = { ok: false, failure: { code: "hub-rate-limited", details: { retryAfterSeconds: "55" } } };
  expect(await client.search(search, never)).toMatchObject(told);
  expect(await client.model("maker/Model-GGUF", never, true)).toMatchObject(told);
  expect(asked()).toEqual([]);
  hub.renew();
  hub.quota = {};
  now += 55_000;
  expect(await client.search(search, never)).toMatchObject({ ok: true });
});

it("is bounded: the one that was used least recently goes, and what is too long is not kept", async () => {
  mkdirSync(folder());
  const name = (index: number) => `${index.toString(16).padStart(32, "0")}.json`;
  for (let index = 0; index < 500; index++) {
    writeFileSync(path.join(folder(), name(index)), "{}");
    const seconds = 1_000_000 + (index === 0 ? 900 : index);
    utimesSync(path.join(folder(), name(index)), seconds, seconds);
  }
  addModel();
  addModel("maker/Long", 2000);
  const { client, kept } = start();
  await client.model("maker/Model-GGUF", never);
  await client.model("maker/Long", never);
  await kept.settled();
  const names = readdirSync(folder());
  expect(names).toHaveLength(500);
  expect(names).toContain(name(0));
  expect(names).not.toContain(name(1));
});

it("damaged, foreign and future answers are none, and the next takes their place", async () => {
  addModel();
  const first = start();
  await first.client.model("maker/Model-GGUF", never);
  await first.kept.settled();
  const [name = ""] = readdirSync(folder());
  const file = path.join(folder(), name);
  const good = readFileSync(file, "utf8");
  expect(process.platform === "win32" || (statSync(file).mode & 0o777) === 0o600).toBe(true);
  for (const bad of [
    "",
    good.slice(0, -10),
    good.replace('"version":1', '"version":2'),
    good.replace("maker/Model-GGUF", "../../etc"),
    good.replace(/"askedAtMs":\d+/u, '"askedAtMs":9999999999999'),
    good.replace(hub.endpoint, "https://other.example"),
  ]) {
    writeFileSync(file, bad);
    asked();
    const { client, kept } = start();
    expect(await client.model("maker/Model-GGUF", never)).toMatchObject({ ok: true });
    expect([bad.slice(0, 80), asked().length]).toEqual([bad.slice(0, 80), 2]);
    await kept.settled();
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ version: 1, endpoint: hub.endpoint });
  }
});

it("is forgotten when the token changes, and a reader writes nothing", async () => {
  addModel();
  const reader = start(true);
  await reader.client.model("maker/Model-GGUF", never);
  await reader.kept.settled();
  expect(readdirSync(parent)).toEqual([]);
  const { client, kept } = start();
  await client.model("maker/Model-GGUF", never);
  kept.forget();
  await kept.settled();
  expect(readdirSync(parent)).toEqual([]);
  expect(await kept.factsOf(hub.endpoint, RepositoryName.parse("maker/Model-GGUF"))).toBeNull();
});
