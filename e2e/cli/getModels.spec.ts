// facet models search, show, get, and facet estimate, against a hub on this computer.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { loraBytes } from "../../electron/testing/deltaGguf";
import { starterMatrices } from "../../electron/testing/starterMatrices";
import { tinyModelBytes } from "../../electron/testing/tinyGguf";
import { HubServer } from "../hub/HubServer";
import { expect, test as base } from "./facetCommand";

/** The command line asks the test's hub, and no other. */
const test = base.extend<{ hub: HubServer; env: Record<string, string> }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture names from this pattern.
  hub: async ({}, use) => {
    const hub = await HubServer.start();
    await use(hub);
    await hub.stop();
  },
  env: async ({ hub }, use) => {
    await use({ FACET_HUB_ENDPOINT: hub.endpoint, HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" });
  },
});

const tiny = (seed: number) => Buffer.from(tinyModelBytes({ seed, name: "Tiny" }));
/** A model and bytes behind it that no header names: large enough for a download to be interrupted. */
const large = (seed: number, megabytes: number) => Buffer.concat([tiny(seed), randomBytes(megabytes * 1_000_000)]);

const TINY = {
  id: "maker/Tiny-GGUF",
  files: [
    { path: "Tiny-Q4_0.gguf", content: tiny(1) },
    { path: "Tiny-Q8_0.gguf", content: Buffer.concat([tiny(2), Buffer.alloc(100_000)]) },
    { path: "Tiny-F16.gguf", content: Buffer.concat([tiny(3), Buffer.alloc(200_000)]) },
    { path: "Tiny-lora.gguf", content: Buffer.from(loraBytes({ matrices: starterMatrices(), seed: 1, rank: 2 })) },
  ],
  gguf: { total: 135e6, architecture: "llama", context_length: 2048 },
};

test("the hub is searched page after page, up to the limit", async ({ facet, hub, env }) => {
  for (let index = 0; index < 45; index++)
    hub.add({
      id: `maker/Found-${index}-GGUF`,
      files: [{ path: "found-Q4_0.gguf", content: tiny(1) }],
      downloads: 1000 - index,
      gguf: { total: 8e9, architecture: "llama", context_length: 8192 },
    });
  hub.add({ id: "maker/Other", files: [] });
  const usual = await facet.run(["models", "search", "found", "gguf"], { env });
  expect(usual.code).toBe(0);
  expect(usual.stdout).toMatch(/maker\/Found-0-GGUF +8B +8k +1k/u);
  expect(usual.stdout.trim().split("\n")).toHaveLength(21);
  expect(usual.stderr).toContain("--limit 40");
  const all = await facet.json<{ repository: string }[]>(["models", "search", "found", "--limit", "100"], { env });
  expect(all.value).toHaveLength(45);
  expect(new Set(all.value.map(({ repository }) => repository)).size).toBe(45);
  const none = await facet.run(["models", "search", "nonsense"], { env });
  expect(none).toMatchObject({ code: 0, stdout: "" });
  expect(none.stderr).toContain("nonsense");
  const wrongs = [["found", "-n", "0"], ["found", "--sort", "colour"], []];
  const codes = await Promise.all(wrongs.map(async (wrong) => (await facet.run(["models", "search", ...wrong])).code));
  expect(codes).toEqual([2, 2, 2]);
  expect(
    await facet.run(["models", "search", "found"], { env: { ...env, FACET_HUB_ENDPOINT: "http://127.0.0.1:9" } }),
  ).toMatchObject({ code: 1, stdout: "" });
});

test("a model of the hub is shown with its variants: which fit, which is proposed, what is none", async ({
  facet,
  hub,
  env,
}) => {
  hub.add(TINY);
  const shown = await facet.run(["models", "show", TINY.id], { env });
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/Q4_0 .*Fits/u);
  expect(shown.stdout).toMatch(/Q8_0 .*Fits.*proposed/u);
  expect(shown.stdout).toContain("Also in this repository: 1 adapter.");
  expect(shown.stdout).toMatch(/Licence +Apache-2\.0/u);
  const { value } = await facet.json<{ proposed: string; variants: { id: string; kind: string }[] }>(
    ["models", "show", `https://huggingface.co/${TINY.id}`],
    { env },
  );
  expect(value.proposed).toBe("Tiny-Q8_0.gguf");
  expect(value.variants.find(({ id }) => id === "Tiny-lora.gguf")?.kind).toBe("adapter");
  expect(await readdir(facet.modelsFolder)).toEqual([]);
  expect(await facet.run(["models", "show", "maker/Missing"], { env })).toMatchObject({ code: 3, stdout: "" });
});

test("the proposed variant is downloaded, or the one that is named", async ({ facet, hub, env }) => {
  hub.add(TINY);
  const proposed = await facet.run(["models", "get", TINY.id], { env });
  expect(proposed.code).toBe(0);
  expect(proposed.stdout).toContain("is installed.");
  expect(proposed.stderr).toMatch(/Best quality that leaves room to spare: Q8_0 fits/u);
  const folder = path.join(facet.modelsFolder, "maker__Tiny-GGUF");
  expect(await readFile(path.join(folder, "Tiny-Q8_0.gguf"))).toEqual(TINY.files[1]?.content);

  const again = await facet.json(["models", "get", TINY.id], { env });
  expect(again).toMatchObject({ code: 0, value: { fileName: "Tiny-Q8_0.gguf", wasHere: true } });
  const named = await facet.json(["models", "get", `hf:${TINY.id}:q4_0`], { env });
  expect(named).toMatchObject({ code: 0, value: { fileName: "Tiny-Q4_0.gguf", wasHere: false, origin: "hub" } });
  expect((await facet.json<unknown[]>(["models", "list"])).value).toHaveLength(2);

  for (const [wanted, code] of [
    [`${TINY.id}:Q2_K`, 3],
    ["maker/Missing", 3],
    ["tiny", 2],
    ["hf:nonsense", 2],
  ] as const)
    expect(await facet.run(["models", "get", wanted], { env }), wanted).toMatchObject({ code, stdout: "" });
  expect((await facet.json<unknown[]>(["models", "list"])).value).toHaveLength(2);
});

test("a gated model asks for a token, and takes that of the environment", async ({ facet, hub, env }) => {
  hub.add({ ...TINY, id: "maker/Gated-GGUF", gated: "manual" });
  hub.tokens.add("hf_given");
  const wanted = ["models", "get", "maker/Gated-GGUF:Q4_0"];
  const refused = await facet.run(wanted, { env });
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/access token[^]*HF_TOKEN/u);
  expect(await facet.run(wanted, { env: { ...env, HF_TOKEN: "hf_given" } })).toMatchObject({ code: 0 });
});

test("Ctrl C pauses a download, nothing half-written is a model, and the next get goes on", async ({
  facet,
  hub,
  env,
}) => {
  const content = large(4, 60);
  hub.add({ id: "maker/Large-GGUF", files: [{ path: "Large-Q4_0.gguf", content }] });
  hub.bytesPerSecond = 40_000_000;
  const running = facet.start(["models", "get", "maker/Large-GGUF:Q4_0"], { env });
  // All four connections are past their first piece by then.
  await expect.poll(() => hub.bytesSent("Large-Q4_0.gguf"), { intervals: [50] }).toBeGreaterThan(40_000_000);
  running.signal();
  const paused = await running.result;
  expect(paused).toMatchObject({ code: 130, stdout: "" });
  expect(paused.stderr).toMatch(/Downloading · .*MB[^]*Paused/u);
  expect((await facet.json(["models", "list"])).value).toEqual([]);

  hub.bytesPerSecond = null;
  // Without its name: what was begun is meant.
  const ended = await facet.run(["models", "get", "maker/Large-GGUF"], { env });
  expect(ended.code).toBe(0);
  const fetched = await readFile(path.join(facet.modelsFolder, "maker__Large-GGUF/Large-Q4_0.gguf"));
  expect(fetched.equals(content)).toBe(true);
  // Of pieces of 8 MiB, at most those that four connections were in the middle of are fetched again.
  expect(hub.bytesSentTwice("Large-Q4_0.gguf")).toBeLessThan(content.length / 2);
  expect(await readdir(path.join(facet.modelsFolder, ".downloads"))).toEqual([]);
});

test("a download that was killed goes on, and one that arrives wrong is no model", async ({ facet, hub, env }) => {
  const content = large(5, 24);
  hub.add({ id: "maker/Killed-GGUF", files: [{ path: "Killed-Q4_0.gguf", content }] });
  hub.bytesPerSecond = 12_000_000;
  const running = facet.start(["models", "get", "maker/Killed-GGUF"], { env });
  await expect.poll(() => hub.bytesSent("Killed-Q4_0.gguf"), { intervals: [50] }).toBeGreaterThan(9_000_000);
  running.signal("SIGKILL");
  await running.result;
  expect((await facet.json(["models", "list"])).value).toEqual([]);
  hub.bytesPerSecond = null;
  expect(await facet.run(["models", "get", "maker/Killed-GGUF"], { env })).toMatchObject({ code: 0 });

  hub.add({
    id: "maker/Wrong-GGUF",
    files: [{ path: "Wrong-Q4_0.gguf", content: tiny(6), claimedSha256: "0".repeat(64) }],
  });
  const wrong = await facet.run(["models", "get", "maker/Wrong-GGUF:Q4_0"], { env });
  expect(wrong).toMatchObject({ code: 1, stdout: "" });
  expect((await facet.json<unknown[]>(["models", "list"])).value).toHaveLength(1);
});

test("without a name the starter model is offered", async ({ facet, env }) => {
  const offered = await facet.run(["models", "get"], { env });
  expect(offered).toMatchObject({ code: 2, stdout: "" });
  expect(offered.stderr).toMatch(/SmolLM2 135M[^]*--yes/u);
  const offline = await facet.run(["models", "get", "--yes"], { env });
  expect(offline).toMatchObject({ code: 1, stdout: "" });
  expect(await readdir(facet.modelsFolder)).toEqual([]);
  await facet.placeStarterModel();
  expect((await facet.run(["models", "get"], { env })).stdout).toContain("is already installed");
});

test("an estimate says what takes the memory, of a model here and of one at the hub", async ({ facet, hub, env }) => {
  hub.add(TINY);
  await facet.placeStarterModel();
  const estimate = await facet.run(["estimate", "smollm2", "--context", "2k"], { env });
  expect(estimate.code).toBe(0);
  expect(estimate.stdout).toMatch(/^SmolLM2 135M Instruct fits/u);
  for (const line of [/Weights +\d+ MB/u, /KV cache, 2k context +\d+ MB/u, /Needed +\d/u, /Free for a model +\d/u])
    expect(estimate.stdout).toMatch(line);
  expect(estimate.stdout).toContain("Largest context that fits: 8,192 tokens.");

  const parts = async (...more: string[]) =>
    (
      await facet.json<{ contextSizeTokens: number; parts: { kvCacheBytes: number } }>(
        ["estimate", "smollm2", ...more],
        { env },
      )
    ).value;
  const [usual, long, small] = await Promise.all([parts(), parts("-c", "4096"), parts("-c", "4096", "--kv", "q4_0")]);
  expect(usual.contextSizeTokens).toBe(8192);
  expect(long.parts.kvCacheBytes).toBeLessThan(usual.parts.kvCacheBytes);
  expect(small.parts.kvCacheBytes).toBeLessThan(long.parts.kvCacheBytes);

  const atHub = await facet.json(["estimate", `hf:${TINY.id}:Q4_0`], { env });
  expect(atHub).toMatchObject({ code: 0, value: { name: "Tiny · Q4_0", verdict: "fits" } });
  expect(existsSync(path.join(facet.modelsFolder, "maker__Tiny-GGUF"))).toBe(false);
  const noModel = await facet.run(["estimate", `${TINY.id}:Tiny-lora.gguf`], { env });
  expect(noModel.stdout).toContain("Can’t chat: adapter");

  const wrongs = [
    [3, "nonsense"],
    [3, `${TINY.id}:Q2_K`],
    [2, "smollm2", "--context", "many"],
    [2, "smollm2", "--context", "1"],
    [2, "smollm2", "--kv", "q1"],
  ] as const;
  const refused = await Promise.all(wrongs.map(([, ...args]) => facet.run(["estimate", ...args], { env })));
  expect(refused.map(({ code, stdout }) => [code, stdout])).toEqual(wrongs.map(([code]) => [code, ""]));
});
