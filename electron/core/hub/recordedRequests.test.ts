// Everything that is asked of the hub, as method, path and query, beside where Hugging Face documents it. A request that is not in this list
// is one that the real hub may not know.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import { sha256 } from "../../../e2e/hub/hubRepository";
import { Revision, Sha256 } from "../../contract/hub";
import { ensureStarterModel, STARTER_MODEL } from "../starterModel";
import { readCatalogue } from "./catalogue";
import { fetchHttp } from "./fetchHttp";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";
import { HubFileSource } from "./HubFileSource";

const never = new AbortController().signal;
const content = Buffer.from("GGUF and so on");
const EXPANDED = ["downloads", "likes", "lastModified", "gated", "private", "tags", "cardData", "gguf", "sha"];

let hub: HubServer;
let client: HubClient;
let folder: string;
beforeEach(async () => {
  hub = await HubServer.start();
  folder = mkdtempSync(path.join(tmpdir(), "facet-recorded-"));
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("refused");
  client = new HubClient({ http: fetchHttp(fetch), address: address.value, token: async () => null });
});
afterEach(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true });
});

/** What was asked of the hub since the last look, the content network apart: its addresses are the hub's to make. */
function asked(): string[] {
  return hub.requests
    .splice(0)
    .filter(({ door }) => door !== "content")
    .map(({ method, path: at, query }) => `${method} ${at}${query === "" ? "" : `?${decodeURIComponent(query)}`}`);
}

/** huggingface_hub's ExpandModelProperty_T and list_models(): filter, search, sort, limit, num_parameters; huggingface.co/docs/hub/api. */
it("searches: GET /api/models", async () => {
  const search = { of: "models", text: "tiny", sort: "trendingScore", family: "qwen3", cursor: null } as const;
  await client.search({ ...search, parameters: { minBillions: 2, maxBillions: 9 } }, never);
  await client.search({ ...search, of: "adapters", text: "", family: null, parameters: null, sort: "likes" }, never);
  const expand = EXPANDED.map((field) => `&expand[]=${field}`).join("");
  expect(asked()).toEqual([
    `GET /api/models?filter=gguf&sort=trendingScore&limit=30&search=tiny+Qwen3&num_parameters=min:2B,max:9B${expand}`,
    `GET /api/models?filter=peft&sort=likes&limit=30${expand}`,
  ]);
});

/**
 * huggingface_hub's model_info() and list_repo_tree(); huggingface.co/docs/hub/models-downloading for the address of a file. What the catalogue
 * names is asked for like any other repository.
 */
it("looks at a model, its card and its files: GET /api/models/…, /raw/… and /resolve/…", async () => {
  for (const { repository } of (await readCatalogue(path.resolve("resources/catalogue.json"))).slice(0, 3)) {
    const { revision } = hub.add({ id: repository, files: [{ path: "a/model (1)-Q4_0.gguf", content }] });
    const commit = Revision.parse(revision);
    expect(await client.model(repository, never)).toMatchObject({ ok: true });
    await client.repository(repository, never, commit);
    await client.readme(repository, commit, never);
    const file = { repository, revision: commit, path: "a/model (1)-Q4_0.gguf", sizeBytes: content.length };
    const source = new HubFileSource(client, { ...file, sha256: Sha256.parse(sha256(content)) });
    expect(await source.open(0, 4, never)).toMatchObject({ ok: true });
    const tree = `GET /api/models/${repository}/tree/${revision}?recursive=true&limit=1000`;
    expect(asked()).toEqual([
      `GET /api/models/${repository}`,
      tree,
      `GET /api/models/${repository}/revision/${revision}`,
      tree,
      `GET /${repository}/raw/${revision}/README.md`,
      `GET /${repository}/resolve/${revision}/a/model (1)-Q4_0.gguf`,
    ]);
  }
});

/** The same address of a file, at a commit: huggingface.co/docs/hub/models-downloading. */
it("fetches the starter model: GET /…/resolve/…", async () => {
  const [owner = "", name = "", , commit = ""] = STARTER_MODEL.huggingFacePath.split("/");
  expect(Revision.safeParse(commit).success).toBe(true);
  const { revision } = hub.add({ id: `${owner}/${name}`, files: [{ path: STARTER_MODEL.fileName, content }] });
  const fetched = await ensureStarterModel({
    dataFolder: folder,
    signal: never,
    huggingFaceEndpoint: hub.endpoint,
    pipCommands: [],
    model: {
      ...STARTER_MODEL,
      sha256: sha256(content),
      sizeBytes: content.length,
      huggingFacePath: STARTER_MODEL.huggingFacePath.replace(commit, revision),
    },
  });
  expect(fetched).toMatchObject({ ok: true });
  expect(asked()).toEqual([`GET /${owner}/${name}/resolve/${revision}/${STARTER_MODEL.fileName}`]);
});
