// Ollama's models: manifests name them, and say which blob is the weights. Plain Node.
import { readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { FileToLookAt } from "./findModels";
import { readSmallJson } from "./readSmallFile";
import type { ScanBudget } from "./ScanBudget";

/** Real ones are about 1 KB. */
const MAX_MANIFEST_BYTES = 256 * 1024;
/** manifests/<host>/<namespace>/<model>/<tag> */
const MANIFEST_LEVELS = 4;
const OFFICIAL = ["registry.ollama.ai", "library"];

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/u);
const Manifest = z.object({
  config: z.object({ digest: Digest }).optional(),
  layers: z.array(z.object({ mediaType: z.string(), digest: Digest })).max(1000),
});
const Config = z.object({ file_type: z.string().max(40).optional() });

/** `folder`: the one with "manifests" and "blobs". A digest is the only thing that leads to a file: no manifest names a path. */
export async function ollamaModels(folder: string, budget: ScanBudget): Promise<FileToLookAt[]> {
  const models: FileToLookAt[] = [];
  for (const names of await manifests(path.join(folder, "manifests"), budget)) {
    const manifest = Manifest.safeParse(
      await readSmallJson(path.join(folder, "manifests", ...names), MAX_MANIFEST_BYTES),
    );
    if (!manifest.success) continue;
    const weights = manifest.data.layers.filter(({ mediaType }) => mediaType === "application/vnd.ollama.image.model");
    const [layer] = weights;
    // None: it runs elsewhere, or is stored tensor by tensor. Several: no single file to load.
    if (layer === undefined || weights.length > 1) continue;
    const config =
      manifest.data.config &&
      Config.safeParse(await readSmallJson(blobPath(folder, manifest.data.config.digest), MAX_MANIFEST_BYTES));
    models.push({
      path: blobPath(folder, layer.digest),
      name: modelLabel(names),
      quantization: config?.data?.file_type ?? null,
    });
  }
  return models;
}

function blobPath(folder: string, digest: string): string {
  return path.join(folder, "blobs", digest.replace(":", "-"));
}

/** What Ollama calls it: "llama3.2:1b", or with where it came from when that is not Ollama's own library. */
function modelLabel(names: readonly string[]): string {
  const place = names.slice(0, -1);
  const short = OFFICIAL.every((name, index) => place[index] === name)
    ? place.slice(OFFICIAL.length)
    : place[0] === OFFICIAL[0]
      ? place.slice(1)
      : place;
  return `${short.join("/")}:${names.at(-1) ?? ""}`.slice(0, 200);
}

/** Names from the folder of manifests down to each. */
async function manifests(root: string, budget: ScanBudget): Promise<string[][]> {
  let level: string[][] = [[]];
  for (let depth = 1; depth <= MANIFEST_LEVELS; depth++) {
    const next: string[][] = [];
    for (const names of level) {
      const entries = await readdir(path.join(root, ...names), { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (!budget.spend()) return depth === MANIFEST_LEVELS ? next : [];
        if (entry.name.startsWith(".")) continue;
        // Ollama makes no links here.
        if (depth === MANIFEST_LEVELS ? entry.isFile() : entry.isDirectory()) next.push([...names, entry.name]);
      }
    }
    level = next;
  }
  return level;
}
