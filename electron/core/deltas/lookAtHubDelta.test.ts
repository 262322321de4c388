// What adapters repositories hold, asked of a hub on this computer.
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import type { HubRepositoryFile } from "../../../e2e/hub/hubRepository";
import { RepositoryName } from "../../contract/hub";
import { loraBytes } from "../../testing/deltaGguf";
import { estimatorInProcess } from "../../testing/estimatorInProcess";
import { mlxAdapter, peftAdapter } from "../../testing/peftAdapter";
import { tinyModelBytes } from "../../testing/tinyGguf";
import { fetchHttp } from "../hub/fetchHttp";
import { hubAddress } from "../hub/hubAddress";
import { HubClient } from "../hub/HubClient";
import { lookAtHubDelta } from "./lookAtHubDelta";

const { config, weights } = peftAdapter({
  modules: [{ name: "model.layers.0.mlp.up_proj", columns: 8, rows: 8 }],
  rank: 2,
});
const never = new AbortController().signal;
const estimator = estimatorInProcess("");
let hub: HubServer;
let client: HubClient;
beforeEach(async () => {
  hub = await HubServer.start();
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("the test hub's address is refused");
  client = new HubClient({
    http: fetchHttp(fetch),
    address: address.value,
    token: async () => null,
    backOff: { firstMs: 1, maxMs: 2 },
  });
});
afterEach(() => hub.stop());

const peft = (folder = "", text = config): HubRepositoryFile[] => [
  { path: `${folder}adapter_config.json`, content: Buffer.from(text), plain: true },
  { path: `${folder}adapter_model.safetensors`, content: Buffer.from(weights) },
];

const lora = Buffer.from(loraBytes());

async function look(files: HubRepositoryFile[], more: Partial<Parameters<HubServer["add"]>[0]> = {}) {
  hub.add({ id: "maker/Adapter", files, ...more });
  return lookAtHubDelta(client, estimator, RepositoryName.parse("maker/Adapter"), never);
}

async function adapters(files: HubRepositoryFile[]): Promise<[path: string, code: string | null][]> {
  const found = await look(files);
  if (!found.ok) throw new Error(found.failure.code);
  return found.value.adapters.map(({ path, failure }) => [path, failure?.code ?? null]);
}

it("finds an adapter with its rank and base, and what the card says", async () => {
  expect(await look(peft(), { licence: "mit" })).toMatchObject({
    ok: true,
    value: {
      licence: "mit",
      gate: "open",
      baseModel: "maker/Base-Model",
      adapters: [
        { form: "peft", rank: 2, sizeBytes: weights.length, failure: null, configPath: "adapter_config.json" },
      ],
    },
  });
  expect(await look([{ path: "a-lora-f16.gguf", content: lora }], { baseModel: "maker/Of-The-Card" })).toMatchObject({
    ok: true,
    value: {
      baseModel: "maker/Of-The-Card",
      adapters: [{ form: "gguf", rank: null, failure: null, configPath: null }],
    },
  });
});

it("finds adapters of mlx-lm, and says what it cannot convert", async () => {
  const written = mlxAdapter({ config, weights });
  const files = (of: typeof written): HubRepositoryFile[] => [
    { path: "adapter_config.json", content: Buffer.from(of.config), plain: true },
    { path: "adapters.safetensors", content: Buffer.from(of.weights) },
    { path: "0000100_adapters.safetensors", content: Buffer.from(of.weights) },
  ];
  expect(await look(files(written))).toMatchObject({
    ok: true,
    value: {
      baseModel: "maker/Base-Model",
      adapters: [{ path: "adapters.safetensors", form: "peft", rank: 2, failure: null }],
    },
  });
  expect(await adapters(files(mlxAdapter({ config, weights }, { config: { fine_tune_type: "dora" } })))).toEqual([
    ["adapters.safetensors", "peft-unsupported"],
  ]);
});

it("puts the root before checkpoints, what can be fetched before what cannot, and takes no more checkpoints than a few", async () => {
  expect(
    await adapters([
      ...peft("checkpoint-20/"),
      ...peft("", config.replace('"use_dora": false', '"use_dora": true')),
      ...peft("checkpoint-100/"),
    ]),
  ).toEqual([
    ["checkpoint-100/adapter_model.safetensors", null],
    ["checkpoint-20/adapter_model.safetensors", null],
    ["adapter_model.safetensors", "peft-unsupported"],
  ]);
  expect(await adapters(Array.from({ length: 50 }, (_, index) => peft(`checkpoint-${index}/`)).flat())).toHaveLength(
    12,
  );
});

it("says why an adapter cannot be fetched", async () => {
  expect(await adapters(peft("../"))).toEqual([["../adapter_model.safetensors", "download-name-refused"]]);
  expect(hub.requests.filter(({ door }) => door === "raw")).toEqual([]);
  expect(await adapters(peft("", "<html></html>"))).toEqual([["adapter_model.safetensors", "peft-config-invalid"]]);
  expect(await adapters(peft("", config + " ".repeat(1_100_000)))).toEqual([
    ["adapter_model.safetensors", "peft-config-invalid"],
  ]);
  expect(await adapters([peft()[0]!, { path: "adapter_model.bin", content: Buffer.from("pickle") }])).toEqual([
    ["adapter_model.bin", "peft-unsupported"],
  ]);
  expect(await adapters([peft()[0]!, { ...peft()[1]!, plain: true }])).toEqual([
    ["adapter_model.safetensors", "download-no-checksum"],
  ]);
});

it("passes on what the hub says, and says when there is nothing", async () => {
  const none = { ok: false, failure: { code: "hub-no-adapter" } };
  expect(await look([{ path: "model-Q4_0.gguf", content: Buffer.from(tinyModelBytes()) }])).toMatchObject(none);
  expect(await look([peft()[0]!])).toMatchObject(none);
  expect(await look(peft(), { private: true })).toMatchObject({ ok: false, failure: { code: "hub-not-found" } });
  expect(await look(peft(), { gated: "manual" })).toMatchObject({
    ok: true,
    value: { gate: "manual", adapters: [{ failure: { code: "hub-needs-token" } }] },
  });
  hub.misbehave({ at: "raw", do: { kind: "status", status: 500 } });
  expect(await look(peft())).toMatchObject({ ok: false, failure: { code: "hub-unavailable" } });
});

it("knows GGUF adapters by their headers, whatever they and their repository are called", async () => {
  const model = (seed: number) => Buffer.from(tinyModelBytes({ seed }));
  expect(
    await adapters([
      { path: "Model-lora-merged-Q4_0.gguf", content: model(1) },
      { path: "my-adapter-model.gguf", content: model(2) },
      { path: "Größer (v2), neu.gguf", content: lora },
      { path: "deep/lora.gguf.part1of2", content: lora },
    ]),
  ).toEqual([["Größer (v2), neu.gguf", null]]);
  // What cannot be read is not called an adapter; what the hub does not give is said.
  expect(await look([{ path: "lora.gguf", content: Buffer.from("GGUF") }])).toMatchObject({
    ok: false,
    failure: { code: "hub-no-adapter" },
  });
  expect(
    await look([{ path: "other.gguf", content: Buffer.from(loraBytes({ seed: 9 })) }], { gated: "manual" }),
  ).toMatchObject({ ok: false, failure: { code: "hub-needs-token" } });
});
