// Developer check: PEFT adapters of every family come out as from llama.cpp's convert_lora_to_gguf.py, tensor for tensor and bit
// for bit. FACET_PYTHON=<venv>/bin/python node scripts/run.mjs bench/peftReference.ts ; needs git, and Python with torch, safetensors and transformers.
//
// Left out of the comparison: rank and alpha patterns and rank stabilisation, which llama.cpp's converter does not
// know (electron/engine/peft/planPeft.ts), and metadata that says nothing of the weights.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { UNFINISHED_SUFFIX } from "../electron/contract/jobs";
import { convertPeftJob } from "../electron/engine/jobs/convertPeftJob";
import { FileByteSource } from "../electron/engine/gguf/ByteSource";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "../electron/engine/gguf/readGgufHeader";
import { peftAdapter, type PeftModule, type PeftType } from "../electron/testing/peftAdapter";
import {
  embeddingModule,
  familyBase,
  modulesOf,
  peftFamilies,
  type PeftFamily,
} from "../electron/testing/peftFamilies";
import { llamaCppCheckout } from "../scripts/buildNative";

const python = process.env["FACET_PYTHON"] ?? "python3";
/** Runs the converter once for each line of arguments: loading its libraries takes most of the time. */
const DRIVER = `
import json, os, runpy, sys
script = sys.argv[1]
sys.path.insert(0, os.path.dirname(script))
for arguments in json.load(sys.stdin):
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")
`;

interface Converted {
  header: GgufHeader;
  tensors: Map<string, { dimensions: readonly number[]; type: string; data: Buffer }>;
}

interface Case {
  what: string;
  folder: string;
  adapter: string;
  base: string;
  ours: string;
  theirs: string;
}

async function main(): Promise<void> {
  const source = await llamaCppCheckout(["."]);
  if (source === null) throw new Error("git is needed for llama.cpp's source");
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-peft-reference-"));
  let failures = 0;
  try {
    const cases: Case[] = [];
    for (const family of peftFamilies) {
      for (const [what, modules, type] of casesOf(family)) {
        cases.push(
          await prepare(
            await mkdtemp(path.join(folder, `${family.name}-`)),
            `${family.name}: ${what}, ${type}, ${modules.length} modules`,
            family,
            modules,
            type,
          ),
        );
      }
    }
    await runReference(path.join(source, "convert_lora_to_gguf.py"), cases);
    for (const { what, ours, theirs } of cases) {
      const differences = differencesOf(await read(ours), await read(theirs));
      if (differences.length > 0) failures += 1;
      console.log(
        `${differences.length === 0 ? "ok  " : "FAIL"} ${what}${differences.map((line) => `\n       ${line}`).join("")}`,
      );
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
    ...(family.isTied
      ? []
      : ([["with token embeddings", [...all.slice(0, 2), embeddingModule], "BF16"]] satisfies [
          string,
          PeftModule[],
          PeftType,
        ][])),
  ];
}

/** Writes adapter and base in both worlds, and converts in ours. */
async function prepare(
  folder: string,
  what: string,
  family: PeftFamily,
  modules: readonly PeftModule[],
  type: PeftType,
): Promise<Case> {
  const [adapter, base, ours] = ["adapter", "base", "ours.gguf"].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(adapter);
  await mkdir(base);
  const { config, weights } = peftAdapter({ modules, type, rank: 6, alpha: 13, seed: 3 });
  await writeFile(path.join(adapter, "adapter_config.json"), config);
  await writeFile(path.join(adapter, "adapter_model.safetensors"), weights);
  await writeFile(path.join(base, "config.json"), JSON.stringify(family.huggingFace));
  await writeFile(path.join(folder, "base.gguf"), familyBase(family));
  await convertPeftJob(
    {
      kind: "convert-peft",
      weights: path.join(adapter, "adapter_model.safetensors"),
      config: path.join(adapter, "adapter_config.json"),
      base: path.join(folder, "base.gguf"),
      target: ours,
      name: "Adapter",
      licence: null,
    },
    () => undefined,
  );
  return { what, folder, adapter, base, ours: `${ours}${UNFINISHED_SUFFIX}`, theirs: path.join(folder, "theirs.gguf") };
}

async function runReference(script: string, cases: readonly Case[]): Promise<void> {
  const child = spawn(python, ["-c", DRIVER, script], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...process.env, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said = (said + text.toString()).slice(-4000)));
  child.stdin.end(
    JSON.stringify(
      cases.map(({ base, theirs, adapter }) => ["--base", base, "--outfile", theirs, "--outtype", "f32", adapter]),
    ),
  );
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`convert_lora_to_gguf.py ended with ${String(code)}:\n${said}`);
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
    tensors: new Map(
      tensors.map(({ name, dimensions, typeName, offsetBytes, sizeBytes }) => {
        const start = dataOffsetBytes + offsetBytes;
        return [name, { dimensions, type: typeName, data: bytes.subarray(start, start + sizeBytes) }];
      }),
    ),
  };
}

function differencesOf(ours: Converted, theirs: Converted): string[] {
  const differences = [...new Set([...ours.tensors.keys(), ...theirs.tensors.keys()])].flatMap((name) => {
    const [mine, other] = [ours.tensors.get(name), theirs.tensors.get(name)];
    if (mine === undefined || other === undefined)
      return [`${name} is only in ${mine === undefined ? "theirs" : "ours"}`];
    if (mine.type !== other.type || mine.dimensions.join() !== other.dimensions.join())
      return [`${name}: ${mine.type} ${mine.dimensions.join("×")}, ${other.type} ${other.dimensions.join("×")}`];
    return mine.data.equals(other.data) ? [] : [`${name}: other numbers`];
  });
  for (const key of ["general.architecture", "general.type", "adapter.type"]) {
    if (metadataText(ours.header, key) !== metadataText(theirs.header, key))
      differences.push(`${key}: ${metadataText(ours.header, key)}, ${metadataText(theirs.header, key)}`);
  }
  const [alpha, theirAlpha] = [ours, theirs].map(({ header }) => metadataNumber(header, "adapter.lora.alpha"));
  if (alpha !== theirAlpha) differences.push(`adapter.lora.alpha: ${alpha}, ${theirAlpha}`);
  return differences;
}

await main();
