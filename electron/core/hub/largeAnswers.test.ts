// Answers as large as the hub may give: what reads them is another thread. Measured by this thread's own processor time.
import { afterAll, expect, it } from "vitest";
import { HoldMeter } from "../../../fuzz/HoldMeter";
import { RepositoryName, Revision } from "../../contract/hub";
import { sourceWorker } from "../../testing/sourceWorker";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";
import type { Http } from "./http";
import { pour } from "./pour";

const SIZE_BYTES = 7_900_000;
const MAX_HOLD_MS = 50;
/** What no later try shows was the compiler's or the collector's. */
const TRIES = 3;
const REPOSITORY = RepositoryName.parse("maker/Model-GGUF");
const REVISION = Revision.parse("0123456789abcdef0123456789abcdef01234567");
const ROW = { id: REPOSITORY, sha: REVISION };
const signal = new AbortController().signal;
const worker = sourceWorker();

afterAll(() => worker.close());

/** Gives these bodies one after the other, in pieces as a network does. */
function clientOf(bodies: readonly Uint8Array[], withWorker = true): HubClient {
  let asked = 0;
  const http: Http = async () => {
    const body = bodies[Math.min(asked++, bodies.length - 1)]!;
    return {
      status: 200,
      header: () => null,
      async readBody(sink) {
        for (let at = 0; at < body.length; at += 65_536) {
          await pour(body.subarray(at, at + 65_536), sink);
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
      discard: () => undefined,
    };
  };
  const address = hubAddress("https://huggingface.co");
  if (!address.ok) throw new Error(address.failure.code);
  return new HubClient({
    http,
    address: address.value,
    token: async () => null,
    worker: withWorker ? worker : null,
  });
}

const text = (value: string) => new TextEncoder().encode(value);
const json = (value: unknown) => text(JSON.stringify(value));
const tree = (folder: string, count: number) =>
  json(
    Array.from({ length: count }, (_, index) => ({
      type: "file",
      path: `${folder}${(index * 7919) % 10_007}-Q4_0.gguf`,
      size: 100,
      lfs: { oid: "ab".repeat(32), size: 100 },
    })),
  );

const answers = {
  "a million empty lists": [text(`[${"[],".repeat(SIZE_BYTES / 3)}[]]`)],
  "an object of half a million keys": [
    text(`{${Array.from({ length: SIZE_BYTES / 15 }, (_, index) => `"k${index}":1`).join(",")}}`),
  ],
  "a search with as many tags as there is room for": [
    json(
      Array.from({ length: 1000 }, () => ({ ...ROW, tags: Array.from({ length: SIZE_BYTES / 6_100 }, () => "tag") })),
    ),
  ],
  "ten thousand files": [json(ROW), tree("", 10_000)],
  // Small enough to be read on this thread.
  "ten thousand entries that are none": [json(ROW), text(`[${"{},".repeat(9_999)}{}]`)],
  "an object of as many keys as are read here": [
    text(`{${Array.from({ length: 13_000 }, (_, index) => `"k${index}":1`).join(",")}}`),
  ],
  "files with paths as long as they may be": [json(ROW), tree("a/".repeat(2040), 1_800)],
};

it.each(Object.entries(answers))("%s", { timeout: 120_000 }, async (_, bodies) => {
  expect(Math.max(...bodies.map(({ length }) => length))).toBeLessThan(8_000_000);
  const ask = (client: HubClient) =>
    bodies.length === 1
      ? client.search(
          { of: "models", text: "x", sort: "downloads", family: null, parameters: null, cursor: null },
          signal,
        )
      : client.model(REPOSITORY, signal);
  let heldMs = Infinity;
  for (let tried = 0; tried < TRIES && heldMs >= MAX_HOLD_MS; tried++) {
    const meter = new HoldMeter();
    meter.start();
    const outcome = await ask(clientOf(bodies));
    heldMs = await meter.take();
    meter.stop();
    expect(outcome).toEqual(await ask(clientOf(bodies, false)));
  }
  expect(heldMs).toBeLessThan(MAX_HOLD_MS);
});

it("says that a listing is too large, of all its pages together", async () => {
  const address = hubAddress("https://huggingface.co");
  if (!address.ok) throw new Error(address.failure.code);
  const page = tree("a/".repeat(2040), 1_000);
  const client = new HubClient({
    http: async ({ url }) => ({
      status: 200,
      header: (header) => (header === "link" ? `<${url}>; rel="next"` : null),
      readBody: (sink) => pour(page, sink),
      discard: () => undefined,
    }),
    address: address.value,
    token: async () => null,
    worker,
  });
  expect(await client.files(REPOSITORY, REVISION, signal)).toMatchObject({
    ok: false,
    failure: { code: "hub-answer-too-large" },
  });
});
