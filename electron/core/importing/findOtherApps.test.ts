// Other apps' folders as those apps make them, and hostile ones.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { estimatorInProcess } from "../../testing/estimatorInProcess";
import { tinyModelBytes } from "../../testing/tinyGguf";
import { describeFile } from "../estimator/fitModelOfPaths";
import { findOtherApps } from "./findOtherApps";
import { ScanBudget } from "./ScanBudget";

const estimator = estimatorInProcess("");
let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), "facet-apps-")));
});
afterEach(() => rmSync(home, { recursive: true }));

const model = tinyModelBytes();
function put(content: Uint8Array | string, ...names: string[]): string {
  const file = path.join(home, ...names);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
async function found(env: Record<string, string> = {}, budget = new ScanBudget(new AbortController().signal)) {
  const apps = await findOtherApps({ env, platform: "linux", home }, (file) => describeFile(file, estimator), budget);
  // A real Ollama of this computer, system-wide, is not the test's.
  const ours = apps.map(({ app, models }) => ({ app, models: models.filter((one) => one.path.startsWith(home)) }));
  return Object.fromEntries(
    ours.map(({ app, models }) => [
      app,
      models.map(({ name, failure }) => (failure === null ? name : `${name}: ${failure.code}`)),
    ]),
  );
}

const digestOf = (content: Uint8Array | string) => createHash("sha256").update(content).digest("hex");
const MANIFESTS = ["models", "manifests"];
function manifest(...digests: string[]): string {
  return JSON.stringify({
    layers: digests.map((digest) => ({ mediaType: "application/vnd.ollama.image.model", digest })),
  });
}

it("names Ollama's models as Ollama does, from its own library and from elsewhere", async () => {
  const digest = digestOf(model);
  put(model, "models", "blobs", `sha256-${digest}`);
  const other = tinyModelBytes({ seed: 2 });
  put(other, "models", "blobs", `sha256-${digestOf(other)}`);
  put(manifest(`sha256:${digest}`), ...MANIFESTS, "registry.ollama.ai", "library", "qwen3", "4b");
  put(manifest(`sha256:${digestOf(other)}`), ...MANIFESTS, "hf.co", "maker", "model-GGUF", "Q4_K_M");
  expect(await found({ OLLAMA_MODELS: path.join(home, "models") })).toEqual({
    ollama: ["hf.co/maker/model-GGUF:Q4_K_M", "qwen3:4b"],
  });
});

it("is not led anywhere by Ollama's manifests", async () => {
  put(model, "secret.gguf");
  const at = (...names: string[]) => [...MANIFESTS, "registry.ollama.ai", "library", ...names];
  put(manifest("sha256:../../secret.gguf"), ...at("a", "climbs"));
  put(manifest(`sha256:${"0".repeat(64)}`), ...at("b", "missing"));
  put(manifest(`sha256:${"0".repeat(64)}`, `sha256:${"1".repeat(64)}`), ...at("c", "several"));
  put(manifest(), ...at("d", "cloud"));
  put("[".repeat(100_000), ...at("e", "deep"));
  truncateSync(put("", ...at("f", "huge")), 50_000_000_000);
  put(manifest(`sha256:${"2".repeat(64)}`), ...at("g"));
  put("no model", "models", "blobs", `sha256-${"3".repeat(64)}`);
  put(manifest(`sha256:${"3".repeat(64)}`), ...at("h", "text"));
  symlinkSync(path.join(home, ...MANIFESTS), path.join(home, ...MANIFESTS, "circle"));
  expect(await found({ OLLAMA_MODELS: path.join(home, "models") })).toEqual({ ollama: ["b:missing: model-missing"] });
});

it("follows LM Studio to where its pointer and its settings say", async () => {
  put(`${path.join(home, "studio")}\n`, ".lmstudio-home-pointer");
  put(model, "studio", "models", "maker", "one-GGUF", "one-Q4_0.gguf");
  put(JSON.stringify({ downloadsFolder: path.join(home, "big disk") }), ".lmstudio", "settings.json");
  put(model, "big disk", "maker", "two-GGUF", "two-00001-of-00002.gguf");
  put(JSON.stringify({ downloadsFolder: "../relative" }), ".config", "LM Studio", "settings.json");
  expect(await found()).toEqual({ "lm-studio": ["one", "two: model-missing"] });
});

it("reads Jan's descriptions, old and new, and not beyond them", async () => {
  const data = [".local", "share", "Jan", "data"];
  put(JSON.stringify({ data_folder: path.join(home, "jan moved") }), ".local", "share", "Jan", "settings.json");
  put(model, "jan moved", "llamacpp", "models", "a", "model.gguf");
  put(
    'name: "A: the model"\nmodel_path: llamacpp/models/a/model.gguf\n',
    "jan moved",
    "llamacpp",
    "models",
    "a",
    "model.yml",
  );
  put(model, ...data, "models", "old", "old-Q4_0.gguf");
  put(
    JSON.stringify({ name: "Old", sources: [{ filename: "old-Q4_0.gguf" }] }),
    ...data,
    "models",
    "old",
    "model.json",
  );
  put(model, "outside.gguf");
  put("model_path: ../../../../outside.gguf\n", ...data, "llamacpp", "models", "climbs", "model.yml");
  put(
    JSON.stringify({ sources: [{ filename: "../../../../../../outside.gguf" }] }),
    ...data,
    "models",
    "climbs",
    "model.json",
  );
  put("model_path: /etc/passwd\n", ...data, "llamacpp", "models", "no model", "model.yml");
  put(JSON.stringify({ sources: "none" }), ...data, "models", "broken", "model.json");
  expect(await found()).toEqual({ jan: ["A: the model", "Old"] });
});

it("takes what main stands for from the Hugging Face cache, each blob once, and nothing from outside of it", async () => {
  const hub = ["hub", "models--maker--name-GGUF"];
  const blob = put(model, ...hub, "blobs", digestOf(model));
  const outside = put(tinyModelBytes({ seed: 2 }), "outside.gguf");
  for (const commit of ["a".repeat(40), "b".repeat(40)]) {
    mkdirSync(path.join(home, ...hub, "snapshots", commit), { recursive: true });
    symlinkSync(
      blob,
      path.join(home, ...hub, "snapshots", commit, commit.startsWith("a") ? "former-name.gguf" : "name-Q4_0.gguf"),
    );
  }
  symlinkSync(outside, path.join(home, ...hub, "snapshots", "a".repeat(40), "outside.gguf"));
  symlinkSync(path.join(home, "gone"), path.join(home, ...hub, "snapshots", "a".repeat(40), "gone.gguf"));
  put("b".repeat(40), ...hub, "refs", "main");
  expect(await found({ HF_HUB_CACHE: path.join(home, "hub") })).toEqual({ "hugging-face": ["name"] });
});

it("stops when its budget is spent, and says so", async () => {
  for (let index = 0; index < 50; index++) put(model, ".lmstudio", "models", "maker", "many", `model-${index}.gguf`);
  const budget = new ScanBudget(new AbortController().signal, () => 0, 20);
  expect((await found({}, budget))["lm-studio"]?.length ?? 0).toBeLessThan(20);
  expect(budget.isPartial).toBe(true);
  const late = new ScanBudget(
    new AbortController().signal,
    (() => {
      let now = 0;
      return () => (now += 3_000);
    })(),
  );
  await found({}, late);
  expect(late.isPartial).toBe(true);
});
