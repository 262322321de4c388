// Entries of the catalogue beside an imitation of the hub: sound ones, and each thing that can be wrong.
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubServer } from "../e2e/hub/HubServer";
import { CatalogueModel } from "../electron/contract/hub";
import { fetchHttp } from "../electron/core/hub/fetchHttp";
import { hubAddress } from "../electron/core/hub/hubAddress";
import { HubClient } from "../electron/core/hub/HubClient";
import { catalogueFaults } from "./catalogueFaults";

const content = Buffer.alloc(1000);
const entry = CatalogueModel.parse({
  repository: "maker/Model-GGUF",
  name: "Model",
  family: "Model",
  author: "Maker",
  parametersBillions: 1,
  activeParametersBillions: null,
  trainContextSizeTokens: 4096,
  licence: "mit",
  goodFor: ["chat"],
  description: "A model.",
  variants: [{ quantization: "Q4_0", sizeBytes: 1000 }],
});

let hub: HubServer;
beforeEach(async () => {
  hub = await HubServer.start();
});
afterEach(() => hub.stop());

async function faults(change: Partial<CatalogueModel> = {}, more: Partial<Parameters<HubServer["add"]>[0]> = {}) {
  hub.add({
    id: "maker/Model-GGUF",
    licence: "mit",
    files: [{ path: "model-Q4_0.gguf", content }],
    gguf: { total: 1e9, architecture: "llama", context_length: 4096 },
    ...more,
  });
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("the test hub's address is refused");
  const client = new HubClient({ http: fetchHttp(fetch), address: address.value, token: async () => null });
  return catalogueFaults({ ...entry, ...change }, client, new AbortController().signal);
}

it("finds nothing in what is so", async () => {
  expect(await faults()).toEqual([]);
});

it.each<[fault: RegExp, change: Partial<CatalogueModel>, more: Partial<Parameters<HubServer["add"]>[0]>]>([
  [/hub answers/u, { repository: CatalogueModel.shape.repository.parse("maker/Gone-GGUF") }, {}],
  [/licence is apache-2.0, not mit/u, {}, { licence: "apache-2.0" }],
  [/architecture, bert,/u, {}, { gguf: { total: 1e9, architecture: "bert", context_length: 4096 } }],
  [/architecture, unheard-of,/u, {}, { gguf: { total: 1e9, architecture: "unheard-of", context_length: 4096 } }],
  [/context is 8192, not 4096/u, {}, { gguf: { total: 1e9, architecture: "llama", context_length: 8192 } }],
  [/there is no Q8_0/u, { variants: [{ quantization: "Q8_0", sizeBytes: 1000 }] }, {}],
  [/Q4_0 has 1000 bytes, not 1001/u, { variants: [{ quantization: "Q4_0", sizeBytes: 1001 }] }, {}],
  [/Q4_0 has 1000 bytes, not 10000000/u, { variants: [{ quantization: "Q4_0", sizeBytes: 10_000_000 }] }, {}],
])("says %s", async (fault, change, more) => {
  const found = await faults(change, more);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(fault);
});
