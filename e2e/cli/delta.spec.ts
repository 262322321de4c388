// facet delta …: fine-tunes added, made, converted, exported, checked and removed.
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { loraBytes, tinyMatrices } from "../../electron/testing/deltaGguf";
import { peftAdapter } from "../../electron/testing/peftAdapter";
import { starterMatrices } from "../../electron/testing/starterMatrices";
import { ggufBytes, tinyModelContents, writeTinyModel } from "../../electron/testing/tinyGguf";
import { HubServer } from "../hub/HubServer";
import { trained } from "../trainedModel";
import { expect, test, type FacetCommand } from "./facetCommand";

interface ListedDelta {
  name: string;
  sizeBytes: number;
  facts: { kind: string; rank: number | null; fidelity: number | null };
}

/** Of two models whose rows a 1-bit delta's blocks divide. */
const WIDTH = 128;
const PEFT_MODULES = [{ name: "model.layers.0.self_attn.q_proj", columns: 64, rows: 64 }];

async function writePeft(folder: string): Promise<void> {
  const { config, weights } = peftAdapter({ modules: PEFT_MODULES });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "adapter_config.json"), config);
  await writeFile(path.join(folder, "adapter_model.safetensors"), weights);
}

async function writePair(facet: FacetCommand): Promise<{ base: string; tuned: string }> {
  const base = path.join(facet.workFolder, "Base-F32.gguf");
  const tuned = path.join(facet.workFolder, "Tuned-F32.gguf");
  await writeFile(base, ggufBytes(tinyModelContents({ width: WIDTH, name: "Base" })));
  await writeFile(tuned, ggufBytes(trained(tinyModelContents({ width: WIDTH, name: "Tuned" }), 0.01)));
  return { base, tuned };
}

async function names(facet: FacetCommand): Promise<string[]> {
  return (await facet.json<ListedDelta[]>(["delta", "list"])).value.map(({ name }) => name);
}

test("adds adapters of llama.cpp and PEFT, and says which fit a model", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny.gguf"));
  const lora = path.join(facet.workFolder, "Pirate.gguf");
  await writeFile(lora, loraBytes());
  const other = path.join(facet.workFolder, "Other.gguf");
  await writeFile(other, loraBytes({ matrices: starterMatrices(), rank: 1 }));
  const peft = path.join(facet.workFolder, "checkpoint");
  await writePeft(peft);

  expect(await facet.run(["delta", "list"])).toMatchObject({ code: 0, stdout: "" });
  const added = await facet.json<ListedDelta>(["delta", "add", lora, "--name", "Pirate"]);
  expect(added).toMatchObject({ code: 0, value: { name: "Pirate", facts: { kind: "lora", rank: 4 } } });
  expect(await facet.run(["delta", "add", other, "--name", "Other"])).toMatchObject({ code: 0 });

  const unnamed = await facet.run(["delta", "add", peft]);
  expect(unnamed).toMatchObject({ code: 1, stdout: "" });
  expect(unnamed.stderr).toContain("--base");
  const converted = await facet.run(["delta", "add", peft, "--base", "tiny"]);
  expect(converted).toMatchObject({ code: 0 });
  expect(converted.stdout).toContain("“checkpoint” is among your fine-tunes (LoRA, rank 4");
  expect(await names(facet)).toEqual(["checkpoint", "Other", "Pirate"]);

  const listed = await facet.run(["delta", "list", "tiny"]);
  expect(listed.stdout).toMatch(
    /checkpoint .*fits; recognized by[^]*Pirate .*fits; recognized by[^]*Other .*made for a model of another size/u,
  );
  expect(await facet.run(["delta", "check", "pir", "tiny"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Pirate fits Tiny"),
  });
  const refused = await facet.json<{ error: { code: string } }>(["delta", "check", "oth", "tiny"]);
  expect(refused).toMatchObject({ code: 1, value: { error: { code: "delta-shapes-differ" } } });

  expect((await facet.run(["delta", "info", "pirate"])).stdout).toMatch(/Kind +LoRA, rank 4\n/u);
  expect((await facet.run(["delta", "info", other])).stdout).toMatch(/Kind +LoRA, rank 1\n/u);
});

test("wrong uses: nothing of that name, no adapter, several that could be meant", async ({ facet }) => {
  const model = path.join(facet.workFolder, "Model.gguf");
  await writeTinyModel(model);
  for (const seed of [1, 2]) {
    const file = path.join(facet.workFolder, `${seed}.gguf`);
    await writeFile(file, loraBytes({ seed }));
    await facet.run(["delta", "add", file]);
  }
  const none = await facet.run(["delta", "add", model]);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain("is not a fine-tune that can be added");
  expect(await facet.run(["delta", "add", path.join(facet.workFolder, "nowhere.gguf")])).toMatchObject({ code: 3 });
  expect(await facet.run(["delta", "add", "nowhere/adapter.gguf"])).toMatchObject({ code: 3 });
  expect(await facet.run(["delta", "add", facet.workFolder])).toMatchObject({ code: 1, stdout: "" });
  expect(await facet.run(["delta", "info", "test"])).toMatchObject({ code: 3, stdout: "" });
  expect(await facet.run(["delta", "remove", "nothing"])).toMatchObject({ code: 3, stdout: "" });
  expect(await facet.run(["delta", "check", "test-adapter-1", "nothing"])).toMatchObject({ code: 3, stdout: "" });
  expect(await facet.run(["delta", "make", model, model, "--rank", "0"])).toMatchObject({ code: 2, stdout: "" });
  expect(await facet.run(["delta", "make", model, model, "--rank", "4", "--one-bit"])).toMatchObject({ code: 2 });
  const same = await facet.json<{ error: { code: string } }>(["delta", "make", model, model]);
  expect(same).toMatchObject({ code: 1, value: { error: { code: "pair-equal" } } });
  expect(await names(facet)).toHaveLength(2);
});

test("makes fine-tunes of two models, and moves them between their forms", async ({ facet }) => {
  const { base, tuned } = await writePair(facet);
  const made = await facet.json<ListedDelta>(["delta", "make", base, tuned]);
  expect(made).toMatchObject({ code: 0, value: { name: "Tuned", facts: { kind: "bitdelta" } } });
  const lora = await facet.json<ListedDelta>(["delta", "make", base, tuned, "--rank", "4", "--name", "Low"]);
  expect(lora).toMatchObject({ code: 0, value: { name: "Low", facts: { kind: "lora", rank: 4 } } });
  expect((await facet.run(["delta", "info", "tuned"])).stdout).toMatch(/Measured +not measured/u);

  expect(await facet.run(["delta", "check", "tuned", base])).toMatchObject({ code: 0 });
  const itself = await facet.run(["delta", "check", "tuned", tuned]);
  expect(itself.code).toBe(1);
  expect(itself.stderr).toContain("The loaded model is the fine-tune itself");

  const [full, compact, again] = ["full.gguf", "compact.gguf", "again.gguf"].map((name) =>
    path.join(facet.workFolder, name),
  ) as [string, string, string];
  expect(await facet.run(["delta", "export", "tuned", full])).toMatchObject({ code: 0 });
  const smaller = await facet.json<{ sizeBytes: number }>(["delta", "export", "tuned", compact, "--compact"]);
  expect(smaller.value.sizeBytes).toBeLessThan(made.value.sizeBytes);
  expect(await facet.run(["delta", "convert", compact, "-o", again])).toMatchObject({ code: 0 });
  expect((await readFile(again)).equals(await readFile(full))).toBe(true);

  const taken = await facet.run(["delta", "export", "tuned", full]);
  expect(taken.code).toBe(1);
  expect(taken.stderr).toContain(`“${full}” already exists`);
  expect(await facet.run(["delta", "convert", full, "--compact", "-o", again])).toMatchObject({ code: 1, stdout: "" });
  const noForm = await facet.json<{ error: { code: string } }>([
    "delta",
    "export",
    "low",
    path.join(facet.workFolder, "low.gguf"),
    "--compact",
  ]);
  expect(noForm).toMatchObject({ code: 1, value: { error: { code: "delta-not-one-bit" } } });
  expect((await readdir(facet.workFolder)).toSorted()).toEqual([
    "Base-F32.gguf",
    "Tuned-F32.gguf",
    "again.gguf",
    "compact.gguf",
    "full.gguf",
  ]);
});

test("measures how near a fine-tune comes", { tag: "@slow" }, async ({ facet }) => {
  const { base, tuned } = await writePair(facet);
  const made = await facet.json<ListedDelta>(["delta", "make", base, tuned, "--measure"]);
  expect(made.code).toBe(0);
  expect(made.value.facts.fidelity).toBeGreaterThan(0);
  expect((await facet.run(["delta", "info", "tuned"])).stdout).toMatch(/Measured +\d+% kept/u);
});

test("converts an adapter of PEFT without adding it", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny.gguf"));
  const folder = path.join(facet.workFolder, "peft");
  await writePeft(folder);
  const target = path.join(facet.workFolder, "out.gguf");
  expect(await facet.run(["delta", "convert", folder, "-o", target])).toMatchObject({ code: 1, stdout: "" });
  expect(await facet.run(["delta", "convert", folder])).toMatchObject({ code: 2, stdout: "" });
  expect(await facet.run(["delta", "convert", `${folder}2`, "-o", target])).toMatchObject({ code: 3, stdout: "" });
  expect(await facet.run(["delta", "convert", folder, "-o", target, "--base", "tiny"])).toMatchObject({ code: 0 });
  expect((await facet.run(["delta", "info", target])).stdout).toMatch(/Kind +LoRA, rank 4\n/u);
  expect(await names(facet)).toEqual([]);
});

test("fetches an adapter from the hub; Ctrl C leaves nothing of it", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny.gguf"));
  const { config, weights } = peftAdapter({ modules: PEFT_MODULES });
  const hub = await HubServer.start();
  try {
    hub.add({
      id: "maker/Pirate-LoRA",
      files: [
        { path: "adapter_config.json", content: Buffer.from(config), plain: true },
        { path: "adapter_model.safetensors", content: Buffer.from(weights) },
      ],
    });
    hub.add({
      id: "maker/Large-LoRA",
      files: [{ path: "large.gguf", content: Buffer.from(loraBytes({ matrices: tinyMatrices, rank: 512 })) }],
    });
    const env = { FACET_HUB_ENDPOINT: hub.endpoint };
    expect(await facet.run(["delta", "add", "maker/Pirate-LoRA"], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--base"),
    });
    expect(await facet.run(["delta", "add", "maker/Pirate-LoRA", "--base", "tiny"], { env })).toMatchObject({
      code: 0,
    });
    expect(await facet.run(["delta", "add", "hf:maker/Nothing"], { env })).toMatchObject({ code: 3, stdout: "" });
    expect(await names(facet)).toEqual(["Pirate-LoRA"]);

    hub.bytesPerSecond = 50_000;
    const running = facet.start(["delta", "add", "hf:maker/Large-LoRA:large.gguf"], { env });
    await running.whenWritten(/Downloading/u);
    running.signal();
    expect(await running.result).toMatchObject({ code: 130, stdout: "" });
    expect(await names(facet)).toEqual(["Pirate-LoRA"]);
    expect(await readdir(path.join(facet.dataFolder, "fetched"))).toEqual([]);
    expect((await facet.json<unknown[]>(["jobs"])).value).toEqual([]);
  } finally {
    await hub.stop();
  }
});

test("a disk that is full while a fine-tune is copied to it keeps nothing of it", async ({ facet }) => {
  test.skip(process.getuid?.() !== 0, "only root may mount a small disk");
  const lora = path.join(facet.workFolder, "Pirate.gguf");
  await writeFile(lora, loraBytes({ rank: 64 }));
  await facet.run(["delta", "add", lora, "--name", "Pirate"]);
  const small = path.join(facet.workFolder, "small");
  await mkdir(small);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", small]);
  } catch {
    test.skip(true, "this system mounts no small disk");
  }
  try {
    const failed = await facet.json<{ error: { code: string } }>([
      "delta",
      "export",
      "pirate",
      path.join(small, "x.gguf"),
    ]);
    expect(failed).toMatchObject({ code: 1, value: { error: { code: "disk-full" } } });
    expect(await readdir(small)).toEqual([]);
  } finally {
    execFileSync("umount", [small]);
  }
});
