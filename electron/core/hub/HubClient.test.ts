// The hub client against a hub on this computer, well and badly behaved.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import type { MisbehaviourRule } from "../../../e2e/hub/misbehaviour";
import { sha256 } from "../../../e2e/hub/hubRepository";
import { detailsOf } from "../../contract/failureDetails";
import { RepositoryName, Revision, Sha256, type HubQuery } from "../../contract/hub";
import { fetchHttp } from "./fetchHttp";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";
import { failureOfStatus } from "./hubFailure";
import { HubFileSource } from "./HubFileSource";
import { socketHttp } from "./socketHttp";

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

  it("finds a family by its words and by what its files are, whatever tags its card has", async () => {
    const of = (architecture: string) => ({ gguf: { total: 8e9, architecture, context_length: 40960 } });
    addModel("maker/Qwen3-8B-GGUF", of("qwen3"));
    addModel("maker/Qwen3.5-9B-GGUF", of("qwen35"));
    addModel("maker/Qwen3-Coder-Next-GGUF", { ...of("qwen3next"), tags: ["code"] });
    addModel("maker/Tagged-GGUF", { ...of("llama"), tags: ["qwen3"] });
    addModel("maker/Qwen3-Not-Read-Yet-GGUF");
    const found = async (query: Partial<HubQuery>) => {
      const outcome = await client.search({ ...QUERY, ...query }, never);
      return outcome.ok ? outcome.value.models.map(({ repository }) => repository).toSorted() : outcome.failure.code;
    };
    expect(await found({ family: "qwen3" })).toEqual([
      "maker/Qwen3-8B-GGUF",
      "maker/Qwen3-Coder-Next-GGUF",
      "maker/Qwen3-Not-Read-Yet-GGUF",
    ]);
    expect(await found({ family: "qwen3", text: "coder" })).toEqual(["maker/Qwen3-Coder-Next-GGUF"]);
    expect(await found({ family: "qwen3.5" })).toEqual(["maker/Qwen3.5-9B-GGUF"]);
  });

  it("asks for further pages while a page has only the words of a family", async () => {
    for (let index = 0; index < 40; index++)
      addModel(`maker/Qwen3.5-${index}`, {
        downloads: 1000 - index,
        gguf: { total: 1e9, architecture: "qwen35", context_length: 1 },
      });
    addModel("maker/Qwen3-8B", { downloads: 1, gguf: { total: 1e9, architecture: "qwen3", context_length: 1 } });
    expect(await client.search({ ...QUERY, family: "qwen3" }, never)).toMatchObject({
      ok: true,
      value: { models: [{ repository: "maker/Qwen3-8B" }], cursor: null },
    });
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

describe("a mirror", () => {
  it("gives all pages, though the links name the hub itself", async () => {
    hub.isMirror = true;
    for (let index = 0; index < 70; index++) addModel(`maker/Model-${index}`, { downloads: index });
    let count = 0;
    for (let cursor: string | null = null, page = 0; page === 0 || cursor !== null; page++) {
      const outcome = await client.search({ ...QUERY, cursor }, never);
      if (!outcome.ok) throw new Error(outcome.failure.code);
      count += outcome.value.models.length;
      cursor = outcome.value.cursor;
    }
    expect(count).toBe(70);
    addModel("maker/Long", {
      files: Array.from({ length: 1500 }, (_, index) => ({ path: `m${index}-Q4_0.gguf`, content: Buffer.from("x") })),
    });
    const long = await client.model("maker/Long", never);
    expect(long.ok && long.value.variants.length).toBe(1500);
    expect(hub.requests.every(({ host }) => host === new URL(hub.endpoint).host)).toBe(true);
  });

  it("below a path, with links of an address inside", async () => {
    const asked: string[] = [];
    const address = hubAddress("https://mirror.example/hub");
    if (!address.ok) throw new Error("refused");
    const behind = new HubClient({
      http: async ({ url }) => {
        asked.push(url);
        const link = asked.length < 2 ? '<http://10.0.0.7:8080/api/models?cursor=2&limit=30>; rel="next"' : null;
        return {
          status: 200,
          header: (name) => (name === "link" ? link : null),
          async readBody(sink) {
            sink.room().set(Buffer.from("[]"));
            await sink.took(2);
          },
          discard: () => undefined,
        };
      },
      address: address.value,
      token: async () => null,
    });
    const first = await behind.search(QUERY, never);
    expect(first).toMatchObject({ ok: true, value: { cursor: null } });
    expect(asked[1]).toBe("https://mirror.example/hub/api/models?cursor=2&limit=30");
  });

  it("whose next page is none says so, and cuts nothing off in silence", async () => {
    const http = fetchHttp(fetch);
    const address = hubAddress(hub.endpoint);
    if (!address.ok) throw new Error("refused");
    const broken = new HubClient({
      http: async (request) => {
        const response = await http(request);
        return {
          ...response,
          header: (name) => (name === "link" ? '</search?p=2>; rel="next"' : response.header(name)),
        };
      },
      address: address.value,
      token: async () => null,
    });
    addModel();
    expect(await codeOf(broken.search(QUERY, never))).toBe("hub-answer-invalid");
    expect(await codeOf(broken.model("maker/Model-GGUF", never))).toBe("hub-answer-invalid");
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

describe("refusals", () => {
  const told = async (path: string) => {
    const opened = await client.openContent(`${hub.endpoint}${path}`, {}, never);
    if (!opened.ok) throw new Error(opened.failure.code);
    opened.value.response.discard();
    return failureOfStatus(opened.value.response, opened.value.hadToken).failure;
  };

  it("a token that has expired, or that nobody knows, is no missing right", async () => {
    const { revision } = addModel("maker/Gated", { gated: "manual" });
    addModel("maker/Open");
    hub.expiredTokens.add((token = "hf_old"));
    const expired = { code: "hub-token-refused", details: { message: 'User Access Token "laptop" is expired' } };
    expect(await client.search(QUERY, never)).toMatchObject({ ok: false, failure: expired });
    expect(await client.model("maker/Open", never)).toMatchObject({ ok: false, failure: expired });
    expect(await told(`/maker/Gated/resolve/${revision}/model-Q4_0.gguf`)).toMatchObject(expired);
    token = "hf_unknown";
    expect(await codeOf(client.search(QUERY, never))).toBe("hub-token-refused");
    hub.tokensWithoutAccess.add(token);
    expect(await told(`/maker/Gated/resolve/${revision}/model-Q4_0.gguf`)).toMatchObject({ code: "hub-gated" });
    token = null;
    expect(await told(`/maker/Gated/resolve/${revision}/model-Q4_0.gguf`)).toMatchObject({ code: "hub-needs-token" });
  });

  it("a repository that was taken down, and one that the law withholds", async () => {
    addModel("maker/Disabled", { isDisabled: true });
    expect(await client.model("maker/Disabled", never)).toMatchObject({
      ok: false,
      failure: { code: "hub-repository-disabled", details: { message: "Access to this resource is disabled." } },
    });
    hub.misbehave({ at: "api", do: { kind: "status", status: 451, errorMessage: "Not available in your country" } });
    expect(await client.search(QUERY, never)).toMatchObject({
      ok: false,
      failure: { code: "hub-withheld-by-law", details: { message: "Not available in your country" } },
    });
  });

  it("what the hub says is one line, cut, without what could draw something else", () => {
    const header = (name: string) => (name === "x-error-message" ? `a\u202Eb\u0007 \u200B c ${"x".repeat(500)}` : null);
    const { failure } = failureOfStatus({ status: 403, header }, true);
    expect(failure).toMatchObject({ code: "hub-gated" });
    expect(detailsOf(failure)["message"]).toMatch(/^a b c x+…$/u);
    expect(detailsOf(failure)["message"]).toHaveLength(201);
  });

  it.each(["fetch", "sockets"])("of the content network are told as its own: XML, over %s", async (kind) => {
    const { revision } = addModel();
    const http = fetchHttp(fetch);
    const address = hubAddress(hub.endpoint);
    if (!address.ok) throw new Error("refused");
    const contentHttp = kind === "fetch" ? http : socketHttp(http);
    const files = new HubClient({ http, contentHttp, address: address.value, token: async () => null });
    const content = Buffer.from("GGUF and so on");
    const source = new HubFileSource(files, {
      repository: RepositoryName.parse("maker/Model-GGUF"),
      revision: Revision.parse(revision),
      path: "model-Q4_0.gguf",
      sizeBytes: content.length,
      sha256: Sha256.parse(sha256(content)),
    });
    const body = `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`;
    const behave = hub.misbehave({ at: "content", do: { kind: "status", status: 403, body } });
    expect(await source.open(0, 4, never)).toMatchObject({
      ok: false,
      failure: {
        code: "hub-content-refused",
        details: { message: "Request has expired" },
        cause: "HTTP 403 at the content network AccessDenied Request has expired",
      },
    });
    behave();
    expect(await codeOf(source.open(0, 4, never))).toBe("ok");
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
