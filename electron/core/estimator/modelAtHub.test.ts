// A model's header read by ranges from a hub: metadata counts wherever it stands, and no more is fetched than that takes.
import { afterAll, beforeAll, expect, it } from "vitest";
import { RepositoryName, Revision, Sha256 } from "../../contract/hub";
import { HubServer } from "../../../e2e/hub/HubServer";
import { sha256 } from "../../../e2e/hub/hubRepository";
import { metadataNumber } from "../../engine/gguf/readGgufHeader";
import { readModelShape } from "../../engine/fit/readModelShape";
import { headerOf } from "../../engine/fit/writeStub";
import { ggufBytes, type MetadataEntry } from "../../testing/tinyGguf";
import { fetchHttp } from "../hub/fetchHttp";
import { HubClient } from "../hub/HubClient";
import { hubAddress } from "../hub/hubAddress";
import { modelAtHub } from "./modelAtHub";

const TOKENS = 50_000;
const words = Array.from({ length: TOKENS }, (_, index) => `word${index}`);
const entries: Record<string, readonly [string, MetadataEntry]> = {
  architecture: ["general.architecture", { type: "string", value: "llama" }],
  blocks: ["llama.block_count", { type: "uint32", value: 2 }],
  window: ["llama.attention.sliding_window", { type: "uint32", value: 512 }],
  kind: ["tokenizer.ggml.model", { type: "string", value: "gpt2" }],
  tokens: ["tokenizer.ggml.tokens", { type: "strings", value: words }],
  types: ["tokenizer.ggml.token_type", { type: "int32s", value: words.map(() => 1) }],
  merges: ["tokenizer.ggml.merges", { type: "strings", value: words.map((word) => `${word} a`) }],
  template: ["tokenizer.chat_template", { type: "string", value: "{# long #}".repeat(8_000) }],
};

let hub: HubServer;
beforeAll(async () => {
  hub = await HubServer.start();
});
afterAll(() => hub.stop());

it.each([
  ["before", "architecture blocks window kind tokens types merges template", 400_000],
  [
    "before the tokens, behind the tokenizer's kind",
    "kind template architecture blocks window tokens types merges",
    400_000,
  ],
  ["last", "kind tokens types merges template architecture blocks window", 400_000],
  ["between the vocabulary's lists", "kind tokens architecture types blocks merges window template", 4_000_000],
])("counts where the architecture's keys stand %s", async (where, order, mostBytes) => {
  const data = new Uint8Array(12_000_000).map((_, index) => (Math.imul(index, 2_654_435_761) >>> 24) ^ (index >> 3));
  const content = Buffer.from(
    ggufBytes({
      metadata: order.split(" ").map((name) => entries[name]!),
      tensors: [{ name: "token_embd.weight", dimensions: [60, TOKENS], type: 0, data }],
    }),
  );
  const repository = hub.add({ id: `maker/${where.replaceAll(/\W/gu, "-")}`, files: [{ path: "m.gguf", content }] });
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("refused");
  const client = new HubClient({ http: fetchHttp(fetch), address: address.value, token: async () => null });
  const model = modelAtHub(client, {
    repository: RepositoryName.parse(repository.id),
    revision: Revision.parse(repository.revision),
    files: [{ path: "m.gguf", sizeBytes: content.length, sha256: Sha256.parse(sha256(content)) }],
  });
  const [part] = model.parts;
  const read = part?.read;
  if (!read) throw new Error("not at a hub");
  const shape = await readModelShape({ sizeBytes: content.length, read });
  if (!shape.ok) throw new Error(`${shape.failure.code} ${shape.failure.cause ?? ""}`);
  const header = await headerOf(shape.value, content.length);
  if (!header.ok) throw new Error(header.failure.code);
  expect(metadataNumber(header.value, "llama.block_count")).toBe(2);
  expect(metadataNumber(header.value, "llama.attention.sliding_window")).toBe(512);
  expect(shape.value.vocabulary).toEqual({ tokens: TOKENS, hasMerges: true });
  expect(model.fetchedBytes()).toBeLessThan(mostBytes);
});
