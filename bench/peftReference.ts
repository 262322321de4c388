// Developer check: PEFT adapters of every family come out as from llama.cpp's convert_lora_to_gguf.py, tensor for tensor and bit
// for bit. FACET_PYTHON=<venv>/bin/python npx tsx bench/peftReference.ts ; needs git, and Python with torch, safetensors and transformers.
//
// Two things are left out of the comparison: rank and alpha patterns and rank stabilisation, which llama.cpp's converter does not
// know (electron/engine/peft/planPeft.ts), and metadata that says nothing of the weights.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { convertPeftJob } from "../electron/engine/jobs/convertPeftJob";
import { FileByteSource } from "../electron/engine/gguf/ByteSource";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../electron/engine/gguf/readGgufHeader";
import { peftAdapter, type PeftModule, type PeftType } from "../electron/testing/peftAdapter";
import { embeddingModule, familyBase, modulesOf, peftFamilies, type PeftFamily } from "../electron/testing/peftFamilies";
import { llamaCppCheckout } from "../scripts/buildNative";

const run = promisify(execFile);
const python = process.env["FACET_PYTHON"] ?? "python3";
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

interface Converted {
  header: GgufHeader;
  tensors: Map<string, { dimensions: readonly number[]; type: string; data: Buffer }>;
}

async function main(): Promise<void> {
  const source = await llamaCppCheckout(["."]);
  if (source === null) throw new Error("git is needed for llama.cpp's source");
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-peft-reference-"));
  let failures = 0;
  try {
    for (const family of peftFamilies) {
      for (const [what, modules, type] of casesOf(family)) {
        const differences = await compare(source, await mkdtemp(path.join(folder, `${family.name}-`)), family, modules, type);
        if (differences.length > 0) failures += 1;
        console.log(`${differences.length === 0 ? "ok  " : "FAIL"} ${family.name}: ${what}, ${type}, ${modules.length} modules${differences.map((line) => `\n       ${line}`).join("")}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (failures > 0) throw new Error(`${failures} adapters differ`);
}

function casesOf(family: PeftFamily): [string, PeftModule[], PeftType][] {
  const all = modulesOf(family);
  return [
    ["every linear module", all, "F32"],
    ["every linear module", all, "BF16"],
    ["one module of one layer", all.slice(0, 1), "F16"],
    ...(family.isTied ? [] : ([["with token embeddings", [...all.slice(0, 2), embeddingModule], "BF16"]] satisfies [string, PeftModule[], PeftType][])),
  ];
}

async function compare(source: string, folder: string, family: PeftFamily, modules: readonly PeftModule[], type: PeftType): Promise<string[]> {
  const [adapter, base] = [path.join(folder, "adapter"), path.join(folder, "base")];
  await mkdir(adapter);
  await mkdir(base);
  const { config, weights } = peftAdapter({ modules, type, rank: 6, alpha: 13, seed: 3 });
  await writeFile(path.join(adapter, "adapter_config.json"), config);
  await writeFile(path.join(adapter, "adapter_model.safetensors"), weights);
  await writeFile(path.join(base, "config.json"), JSON.stringify(family.huggingFace));
  await writeFile(path.join(folder, "base.gguf"), familyBase(family));
  const [ours, theirs] = [path.join(folder, "ours.gguf"), path.join(folder, "theirs.gguf")];
  await convertPeftJob(
    {
      kind: "convert-peft", weights: path.join(adapter, "adapter_model.safetensors"), config: path.join(adapter, "adapter_config.json"),
      base: path.join(folder, "base.gguf"), target: ours, name: "Adapter", licence: null,
    },
    () => undefined,
  );
  await run(python, [path.join(source, "convert_lora_to_gguf.py"), "--base", base, "--outfile", theirs, "--outtype", "f32", adapter], {
    maxBuffer: OUTPUT_LIMIT_BYTES, env: { ...process.env, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  return differencesOf(await read(ours), await read(theirs));
}

async function read(file: string): Promise<Converted> {
  const source = await FileByteSource.open(file);
  if (!source.ok) throw new Error(source.failure.code);
  const header = await readGgufHeader(source.value);
  await source.value.close();
  if (!header.ok) throw new Error(JSON.stringify(header.failure));
  const bytes = await readFile(file);
  const { tensors, dataOffsetBytes } = header.value;
  return {
    header: header.value,
    tensors: new Map(tensors.map(({ name, dimensions, typeName, offsetBytes, sizeBytes }) => {
      const start = dataOffsetBytes + offsetBytes;
      return [name, { dimensions, type: typeName, data: bytes.subarray(start, start + sizeBytes) }];
    })),
  };
}

function differencesOf(ours: Converted, theirs: Converted): string[] {
  const differences = [...new Set([...ours.tensors.keys(), ...theirs.tensors.keys()])].flatMap((name) => {
    const [mine, other] = [ours.tensors.get(name), theirs.tensors.get(name)];
    if (mine === undefined || other === undefined) return [`${name} is only in ${mine === undefined ? "theirs" : "ours"}`];
    if (mine.type !== other.type || mine.dimensions.join() !== other.dimensions.join()) return [`${name}: ${mine.type} ${mine.dimensions.join("×")}, ${other.type} ${other.dimensions.join("×")}`];
    return mine.data.equals(other.data) ? [] : [`${name}: other numbers`];
  });
  for (const key of ["general.architecture", "general.type", "adapter.type"]) {
    if (metadataText(ours.header, key) !== metadataText(theirs.header, key)) differences.push(`${key}: ${metadataText(ours.header, key)}, ${metadataText(theirs.header, key)}`);
  }
  const [alpha, theirAlpha] = [ours, theirs].map(({ header }) => metadataNumber(header, "adapter.lora.alpha"));
  if (alpha !== theirAlpha) differences.push(`adapter.lora.alpha: ${alpha}, ${theirAlpha}`);
  return differences;
}

await main();
