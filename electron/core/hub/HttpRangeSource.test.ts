// Reading a header over ranges: few bytes, right bytes, or a clear failure.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import { seededBytes, sha256 } from "../../../e2e/hub/hubRepository";
import type { Misbehaviour } from "../../../e2e/hub/misbehaviour";
import { RepositoryName, Revision, Sha256 } from "../../contract/hub";
import { fetchHttp } from "./fetchHttp";
import { HttpRangeSource } from "./HttpRangeSource";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";
import { HubFileSource } from "./HubFileSource";

const never = new AbortController().signal;
const content = seededBytes(5_000_000, 7);
let hub: HubServer;
let source: HttpRangeSource;

beforeEach(async () => {
  hub = await HubServer.start();
  const repository = hub.add({ id: "maker/Model", files: [{ path: "m.gguf", content }] });
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("refused");
  const client = new HubClient({ http: fetchHttp(fetch), address: address.value, token: async () => null });
  const file = {
    repository: RepositoryName.parse("maker/Model"),
    revision: Revision.parse(repository.revision),
    path: "m.gguf",
    sizeBytes: content.length,
    sha256: Sha256.parse(sha256(content)),
  };
  source = new HttpRangeSource(new HubFileSource(client, file), never, 512 * 1024);
});

afterEach(() => hub.stop());

describe("a range source", () => {
  it("reads what is in the file, across blocks and at its end", async () => {
    for (const [offset, length] of [
      [0, 4],
      [65_530, 20],
      [100_000, 200_000],
      [content.length - 3, 3],
      [10, 0],
    ] as const) {
      expect(Buffer.compare(await source.read(offset, length), content.subarray(offset, offset + length))).toBe(0);
    }
  });

  it("fetches each block once, and the first read costs one block", async () => {
    await source.read(0, 24);
    expect(hub.bytesSent("m.gguf")).toBe(4096);
    for (let offset = 0; offset < 3900; offset += 100) await source.read(offset, 100);
    expect(hub.requests.filter((request) => request.door === "content")).toHaveLength(1);
    await source.read(4000, 60_000);
    expect(hub.requests.filter((request) => request.door === "content")).toHaveLength(2);
    expect(source.fetchedBytes).toBe(65_536);
  });

  it("stops before it fetches the model", async () => {
    await expect(source.read(0, 600_000)).rejects.toMatchObject({ failure: { code: "hub-answer-too-large" } });
    expect(hub.bytesSent("m.gguf")).toBe(0);
  });

  it("gives less only where the file ends", async () => {
    expect(await source.read(content.length - 1, 2)).toHaveLength(1);
    expect(await source.read(content.length + 10, 2)).toHaveLength(0);
  });

  it.each<[string, Misbehaviour, string]>([
    ["ranges are ignored", { kind: "ignored-ranges" }, "hub-answer-invalid"],
    ["another range comes", { kind: "shifted-range", byBytes: 5 }, "hub-answer-invalid"],
    ["the length is another", { kind: "wrong-length", byBytes: 5 }, "download-changed"],
    ["the connection breaks", { kind: "cut", afterBytes: 100 }, "hub-offline"],
    ["a page comes", { kind: "html-page" }, "download-not-a-file"],
    ["404 comes from the content network", { kind: "status", status: 404 }, "hub-content-refused"],
  ])("says it when %s", async (_, misbehaviour, code) => {
    hub.misbehave({ at: "content", do: misbehaviour });
    await expect(source.read(0, 24)).rejects.toMatchObject({ failure: { code } });
  });
});
