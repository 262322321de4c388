// The hub client against a hub on this computer, well and badly behaved.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import type { MisbehaviourRule } from "../../../e2e/hub/misbehaviour";
import type { HubQuery } from "../../contract/hub";
import { fetchHttp } from "./fetchHttp";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";

const QUERY: HubQuery = { of: "models", text: "", sort: "downloads", family: null, parameters: null, cursor: null };
const never = new AbortController().signal;

let hub: HubServer;
let token: string | null;
let client: HubClient;

beforeEach(async () => {
  hub = await HubServer.start();
  token = null;
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("the test hub's address is refused");
  client = new HubClient({
    http: fetchHttp(fetch),
    address: address.value,
    token: async () => token,
    backOff: { firstMs: 1, maxMs: 2 },
  });
});

afterEach(() => hub.stop());

function addModel(id = "maker/Model-GGUF", more: Partial<Parameters<HubServer["add"]>[0]> = {}) {
  return hub.add({ id, files: [{ path: "model-Q4_0.gguf", content: Buffer.from("GGUF and so on") }], ...more });
}

async function codeOf(outcome: Promise<{ ok: true } | { ok: false; failure: { code: string } }>): Promise<string> {
  const settled = await outcome;
  return settled.ok ? "ok" : settled.failure.code;
}

describe("search", () => {
  it("gives pages, sorted, until the end", async () => {
    for (let index = 0; index < 70; index++) addModel(`maker/Model-${index}`, { downloads: index });
    const names: string[] = [];
    for (let cursor: string | null = null, page = 0; page === 0 || cursor !== null; page++) {
      const outcome = await client.search({ ...QUERY, cursor }, never);
      if (!outcome.ok) throw new Error(outcome.failure.code);
      names.push(...outcome.value.models.map((model) => model.repository));
      cursor = outcome.value.cursor;
    }
    expect(names).toEqual(Array.from({ length: 70 }, (_, index) => `maker/Model-${69 - index}`));
  });

  it("finds by words and family, and says what the hub says of a model", async () => {
    addModel("maker/Other");
    addModel("maker/Qwen3-GGUF", {
      gated: "manual",
      licence: "mit",
      gguf: { total: 8e9, architecture: "qwen3", context_length: 40960 },
    });
    const outcome = await client.search({ ...QUERY, text: "qwen3 gguf", family: "qwen3" }, never);
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        models: [
          {
            repository: "maker/Qwen3-GGUF",
            gate: "manual",
            licence: "mit",
            architecture: "qwen3",
            parameterCount: 8e9,
            trainContextSizeTokens: 40960,
          },
        ],
        cursor: null,
      },
    });
  });

  it("finds by size, at the hub itself", async () => {
    for (const billions of [0.5, 4, 8.2, 70])
      addModel(`maker/Model-${billions}B`, {
        gguf: { total: billions * 1e9, architecture: "llama", context_length: 8192 },
      });
    addModel("maker/Does-Not-Say");
    const found = async (minBillions: number | null, maxBillions: number | null) => {
      const outcome = await client.search({ ...QUERY, parameters: { minBillions, maxBillions } }, never);
      return outcome.ok
        ? outcome.value.models.map(({ parameterCount }) => (parameterCount ?? 0) / 1e9).sort((a, b) => a - b)
        : outcome.failure.code;
    };
    expect(await found(2, 9)).toEqual([4, 8.2]);
    expect(await found(null, 2)).toEqual([0.5]);
    expect(await found(36, null)).toEqual([70]);
    expect(hub.requests.at(-1)?.query).toContain("num_parameters=min%3A36B");
  });

  it("leaves out rows that it cannot read, and shows the others", async () => {
    hub.misbehave({
      at: "api",
      do: {
        kind: "text",
        text: JSON.stringify([
          { id: "../../etc" },
          7,
          null,
          { id: "maker/good", downloads: "many", gated: "who knows", future: 1 },
        ]),
      },
    });
    const outcome = await client.search(QUERY, never);
    expect(outcome).toMatchObject({
      ok: true,
      value: { models: [{ repository: "maker/good", downloads: 0, gate: "open" }] },
    });
  });

  it("does not follow a cursor to another host", async () => {
    expect(await codeOf(client.search({ ...QUERY, cursor: "https://huggingface.co/api/models?cursor=x" }, never))).toBe(
      "hub-redirect-refused",
    );
  });
});

describe("a model", () => {
  it("comes with its commit, licence and variants", async () => {
    const repository = addModel("maker/Model-GGUF", { baseModel: "maker/Model" });
    const outcome = await client.model("maker/Model-GGUF", never);
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        revision: repository.revision,
        baseModel: "maker/Model",
        summary: { licence: "apache-2.0" },
        variants: [{ id: "model-Q4_0.gguf", quantization: "Q4_0", obstacle: null }],
      },
    });
  });

  it("is found under its new name", async () => {
    addModel("maker/New");
    hub.rename("maker/Old", "maker/New");
    expect(await client.model("maker/Old", never)).toMatchObject({
      ok: true,
      value: { summary: { repository: "maker/New" } },
    });
  });

  it("shows hostile file names as such, and does not offer them", async () => {
    addModel("maker/Evil", { files: [{ path: "../../../home/x/.bashrc.gguf", content: Buffer.from("x") }] });
    expect(await client.model("maker/Evil", never)).toMatchObject({
      ok: true,
      value: { variants: [{ obstacle: "address-refused" }] },
    });
  });

  it("reads long listings page by page", async () => {
    addModel("maker/Long", {
      files: Array.from({ length: 2500 }, (_, index) => ({ path: `m${index}-Q4_0.gguf`, content: Buffer.from("x") })),
    });
    const outcome = await client.model("maker/Long", never);
    expect(outcome.ok && outcome.value.variants.length).toBe(2500);
  });

  it("has a card, or none", async () => {
    const repository = addModel("maker/Model-GGUF", { readme: "# Hello" });
    const model = await client.model("maker/Model-GGUF", never);
    if (!model.ok) throw new Error(model.failure.code);
    expect(await client.readme(model.value.summary.repository, model.value.revision, never)).toEqual({
      ok: true,
      value: "# Hello",
    });
    repository.files.pop();
    expect(await client.readme(model.value.summary.repository, model.value.revision, never)).toEqual({
      ok: true,
      value: "",
    });
  });
});

describe("what goes wrong is said as what it is", () => {
  const tooLong = "x".repeat(9_000_000);
  it.each<[string, MisbehaviourRule["do"], string]>([
    ["not JSON", { kind: "text", text: "{" }, "hub-answer-invalid"],
    ["JSON of another kind", { kind: "text", text: '{"error":"no"}' }, "hub-answer-invalid"],
    ["a page to log in at", { kind: "html-page" }, "hub-answer-invalid"],
    ["an answer without end", { kind: "text", text: tooLong }, "hub-answer-too-large"],
    ["401", { kind: "status", status: 401 }, "hub-needs-token"],
    ["403", { kind: "status", status: 403 }, "hub-gated"],
    ["404", { kind: "status", status: 404 }, "hub-not-found"],
    ["500 for good", { kind: "status", status: 500 }, "hub-unavailable"],
    ["429 for an hour", { kind: "status", status: 429, retryAfter: "3600" }, "hub-rate-limited"],
    ["no answer", { kind: "refuse" }, "hub-offline"],
    ["a redirect to another host", { kind: "redirect", location: "https://example.com/" }, "hub-redirect-refused"],
    ["a redirect to plain http", { kind: "redirect", location: "http://huggingface.co/" }, "hub-redirect-refused"],
    ["a redirect to a file", { kind: "redirect", location: "file:///etc/passwd" }, "hub-redirect-refused"],
    ["a redirect with a user name", { kind: "redirect", location: "http://a:b@127.0.0.1/" }, "hub-redirect-refused"],
    ["redirects in a circle", { kind: "redirect", location: "/api/models" }, "hub-redirect-refused"],
  ])("%s", async (_, misbehaviour, code) => {
    hub.misbehave({ at: "api", do: misbehaviour });
    expect(await codeOf(client.search(QUERY, never))).toBe(code);
  });

  it.each<[string, MisbehaviourRule["do"]]>([
    ["503", { kind: "status", status: 503 }],
    ["429", { kind: "status", status: 429, retryAfter: "1" }],
    ["a broken connection", { kind: "refuse" }],
  ])("%s that passes is not said at all", async (_, misbehaviour) => {
    hub.misbehave({ at: "api", times: 1, do: misbehaviour });
    expect(await codeOf(client.search(QUERY, never))).toBe("ok");
    expect(hub.requests).toHaveLength(2);
  });

  it("Retry-After is waited for", async () => {
    hub.misbehave({ at: "api", times: 1, do: { kind: "status", status: 429, retryAfter: "1" } });
    await client.search(QUERY, never);
    const [first, second] = hub.requests;
    expect(second!.startedAtMs - first!.startedAtMs).toBeGreaterThanOrEqual(950);
  });

  it("stopping is heard", async () => {
    const controller = new AbortController();
    hub.misbehave({ at: "api", do: { kind: "status", status: 429, retryAfter: "9" } });
    const outcome = client.search(QUERY, controller.signal);
    await vi.waitFor(() => expect(hub.requests).toHaveLength(1));
    controller.abort();
    expect(await codeOf(outcome)).toBe("request-cancelled");
    expect(hub.requests).toHaveLength(1);
  });

  it("a missing repository without a token, and a gated file", async () => {
    expect(await codeOf(client.model("maker/none", never))).toBe("hub-not-found");
    expect(await codeOf(client.model("not a name", never))).toBe("hub-address-invalid");
  });
});

describe("the token", () => {
  it("goes to the hub, and not to where the hub redirects", async () => {
    const repository = addModel("maker/Gated", { gated: "manual" });
    hub.tokens.add((token = "hf_secret"));
    const model = await client.model("maker/Gated", never);
    if (!model.ok) throw new Error(model.failure.code);
    const opened = await client.openContent(
      client.fileUrl(model.value.summary.repository, model.value.revision, "model-Q4_0.gguf"),
      {},
      never,
    );
    expect(opened.ok && opened.value.response.status).toBe(200);
    if (opened.ok) opened.value.response.discard();
    expect(repository.gated).toBe("manual");
    const content = hub.requests.filter((request) => request.door === "content");
    expect(content).toHaveLength(1);
    expect(content[0]?.authorization).toBeNull();
    expect(
      hub.requests
        .filter((request) => request.door !== "content")
        .every((request) => request.authorization === "Bearer hf_secret"),
    ).toBe(true);
  });
});

describe("the endpoint", () => {
  it.each([
    "http://huggingface.co",
    "ftp://huggingface.co",
    "not an address",
    "https://user:word@huggingface.co",
    "https://huggingface.co/?x=1",
    "http://127.0.0.1.example.com",
  ])("%s is refused", (endpoint) => {
    expect(hubAddress(endpoint)).toMatchObject({ ok: false, failure: { code: "hub-address-invalid" } });
  });

  it("https at the hub's own hosts, and nowhere else", () => {
    const address = hubAddress("https://huggingface.co/");
    if (!address.ok) throw new Error("refused");
    expect(address.value.endpoint).toBe("https://huggingface.co");
    const allowed = (url: string): boolean => address.value.allows(new URL(url));
    expect(allowed("https://cdn-lfs-us-1.hf.co/x")).toBe(true);
    expect(allowed("https://cas-bridge.xethub.hf.co/x")).toBe(true);
    for (const url of [
      "http://huggingface.co/",
      "https://evil-hf.co/",
      "https://hf.co.example.com/",
      "http://127.0.0.1/",
      "https://localhost/",
      "file:///etc/passwd",
      "data:,x",
    ]) {
      expect([url, allowed(url)]).toEqual([url, false]);
    }
  });
});
