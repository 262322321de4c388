// The chat templates of the llama.cpp source that node-llama-cpp bundles: read from its git bundle, never kept in this repository.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { llamaCppCheckout } from "../../scripts/buildNative";

const ATTEMPTS = 20;

/** Fetches the files `names` of models/templates into the cache once. Throws where that cannot be done. */
export async function bundledTemplates(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = names.map((name) => path.join("models", "templates", name));
  const folder = await checkout(files);
  return new Map(
    await Promise.all(
      files.map(async (file) => [path.basename(file), await readFile(path.join(folder, file), "utf8")] as const),
    ),
  );
}

/** Tests run at the same time, and git lets one of them at the checkout. */
async function checkout(files: readonly string[]): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const folder = await llamaCppCheckout(files);
      if (folder === null)
        throw new Error(
          "git is missing: without it the chat templates in node-llama-cpp's llama.cpp bundle cannot be read. Get it with: sudo apt-get install git",
        );
      const missing = files.filter((file) => !existsSync(path.join(folder, file)));
      if (missing.length === 0) return folder;
      throw new Error(`node-llama-cpp's llama.cpp bundle has no ${missing.join(", ")}`);
    } catch (error) {
      if (attempt === ATTEMPTS || !/lock|exists|not empty/i.test(String(error))) throw error;
      await setTimeout(500);
    }
  }
}
