// Jan's models: folders with GGUF files, and model.yml files with their display names and paths. Plain Node.
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { findGgufFiles } from "./findFiles";
import type { FileToLookAt } from "./findModels";
import { readSmallFile, readSmallJson } from "./readSmallFile";
import type { ScanBudget } from "./ScanBudget";

/** Real ones are about 1 KB; older ones hold a chat template. */
const MAX_DESCRIPTION_BYTES = 256 * 1024;
const MAX_DEPTH = 5;
/** Jan has kept its models in each of these. */
const MODEL_FOLDERS = [["llamacpp", "models"], ["cortexcpp", "models"], ["models"]];

export async function janModels(dataFolder: string, budget: ScanBudget): Promise<FileToLookAt[]> {
  const models: FileToLookAt[] = [];
  for (const names of MODEL_FOLDERS) {
    const folder = path.join(dataFolder, ...names);
    // What is described goes first: it has a name. The same file found again is left out later.
    models.push(
      ...(await described(folder, dataFolder, budget)),
      ...(await findGgufFiles(folder, budget)).map((file) => ({ path: file })),
    );
  }
  return models;
}

async function described(root: string, dataFolder: string, budget: ScanBudget, depth = 0): Promise<FileToLookAt[]> {
  const models: FileToLookAt[] = [];
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    if (!budget.spend()) return models;
    const file = path.join(root, entry.name);
    // Links are not followed here: Jan makes none.
    if (entry.isDirectory() && depth < MAX_DEPTH)
      models.push(...(await described(file, dataFolder, budget, depth + 1)));
    else if (entry.isFile() && entry.name === "model.yml") models.push(...(await fromYaml(file, dataFolder)));
    else if (entry.isFile() && entry.name === "model.json") models.push(...(await fromJson(file)));
  }
  return models;
}

/** Of the YAML only two plain lines are read: "model_path: …" and "name: …", at the left margin. */
async function fromYaml(file: string, dataFolder: string): Promise<FileToLookAt[]> {
  const text = await readSmallFile(file, MAX_DESCRIPTION_BYTES);
  const modelPath = text === null ? null : plainLine(text, "model_path");
  if (text === null || modelPath === null || !/\.gguf$/iu.test(modelPath)) return [];
  const target = path.resolve(dataFolder, modelPath);
  // A relative path stays within Jan's folder; an absolute one is a file that the user imported into Jan.
  if (!path.isAbsolute(modelPath) && !isInside(target, dataFolder)) return [];
  return named(target, plainLine(text, "name"));
}

/** Jan before its version 0.6: the file is beside its description. */
async function fromJson(file: string): Promise<FileToLookAt[]> {
  const json = await readSmallJson(file, MAX_DESCRIPTION_BYTES);
  if (typeof json !== "object" || json === null || !("sources" in json) || !Array.isArray(json.sources)) return [];
  const name = "name" in json && typeof json.name === "string" ? json.name : null;
  const [source]: unknown[] = json.sources;
  if (typeof source !== "object" || source === null || !("filename" in source) || typeof source.filename !== "string")
    return [];
  const target = path.resolve(path.dirname(file), source.filename);
  return isInside(target, path.dirname(file)) ? named(target, name) : [];
}

async function named(file: string, name: string | null): Promise<FileToLookAt[]> {
  if (!(await stat(file).catch(() => null))?.isFile()) return [];
  const shown =
    name
      ?.replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
      .trim()
      .slice(0, 200) ?? "";
  return [shown === "" ? { path: file } : { path: file, name: shown }];
}

function isInside(file: string, folder: string): boolean {
  return path.resolve(file).startsWith(path.resolve(folder) + path.sep);
}

function plainLine(yaml: string, key: string): string | null {
  const line = new RegExp(`^${key}:[ \\t]+(.+?)[ \\t]*$`, "mu").exec(yaml)?.[1];
  if (line === undefined) return null;
  const quoted = /^"(.*)"$|^'(.*)'$/u.exec(line);
  return quoted ? (quoted[1] ?? quoted[2] ?? "") : line;
}
