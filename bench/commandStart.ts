// cli.help_ms, cli.list_ms: from the start of the built command line to its end, with a data folder that has a model.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { placeStarterModel } from "../e2e/starterModelFile";
import { list, median, type Figures } from "./figures";

const RUNS = 15;

export async function commandStart(): Promise<Figures> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-bench-"));
  try {
    await placeStarterModel(folder);
    const help: number[] = [];
    const listing: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      help.push(timeOf(["--help"], folder));
      listing.push(timeOf(["models", "list"], folder));
    }
    console.log(`  facet --help: ${list(help, 0)} ms\n  facet models list: ${list(listing, 0)} ms`);
    return { "cli.help_ms": median(help), "cli.list_ms": median(listing) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function timeOf(args: string[], dataFolder: string): number {
  const beganAtMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [path.resolve(".vite/build/facet.mjs"), ...args], {
    env: { ...process.env, FACET_DATA_DIR: dataFolder },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`facet ${args.join(" ")}: ${stderr}`);
  return performance.now() - beganAtMs;
}
