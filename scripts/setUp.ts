// Everything that the app needs before it can open, each step done once: used by start, test and bench.
import os from "node:os";
import { dataFolder } from "../electron/core/dataFolder";
import { ensureStarterModel, STARTER_MODEL } from "../electron/core/starterModel";
import { buildApp } from "./build";
import { buildNative } from "./buildNative";
import { electronRuntime, type ElectronRuntime } from "./electronRuntime";
import { assertElectronStarts } from "./electronStart";
import { isFetchedNode } from "./fetchedNode.mjs";
import { step, StepError } from "./step";
import { ensureSystemLibraries } from "./systemLibraries";

/** A download line on the terminal at most this often. */
const PROGRESS_INTERVAL_MS = 2_000;

/** All that the app needs before it can open. */
export async function setUp(): Promise<ElectronRuntime> {
  const runtime = await setUpMachine();
  await step("Build", buildApp);
  return runtime;
}

/**
 * What comes from elsewhere: all but the build. Throws StepError when the app cannot run here;
 * a missing starter model is no such thing, the app offers it again.
 */
export async function setUpMachine(): Promise<ElectronRuntime> {
  await step("Node", async () => `${process.versions.node}${isFetchedNode(process.execPath) ? ", fetched" : ""}`);
  const runtime = await step("Electron", electronRuntime, ({ version, source }) => `${version} (${source})`);
  await step("System libraries", async (say) => ensureSystemLibraries(runtime.distPath, say));
  assertElectronStarts(runtime);
  await step("Starter model", starterModel);
  await step("C++ addon", cppAddon);
  return runtime;
}

/** The app chats without it, and says what is missing when somebody wants to quantize. */
async function cppAddon(say: (line: string) => void): Promise<string> {
  try {
    return await buildNative(say);
  } catch (error) {
    if (error instanceof StepError) return `not built, so quantizing is off or as it was before. ${error.message}`;
    throw error;
  }
}

async function starterModel(say: (line: string) => void): Promise<string> {
  const folder = dataFolder({ env: process.env, platform: process.platform, home: os.homedir() });
  let saidMs = 0;
  let fetched = "";
  const outcome = await ensureStarterModel({
    dataFolder: folder,
    signal: new AbortController().signal,
    onProgress: ({ source, receivedBytes, totalBytes }) => {
      if (source !== fetched) say(`fetching ${STARTER_MODEL.name} from ${source}`);
      fetched = source;
      if (performance.now() - saidMs < PROGRESS_INTERVAL_MS) return;
      saidMs = performance.now();
      if (receivedBytes > 0)
        say(`${Math.round((100 * receivedBytes) / totalBytes)} % of ${Math.round(totalBytes / 1e6)} MB`);
    },
  });
  if (outcome.ok)
    return fetched ? `${STARTER_MODEL.name}, fetched from ${fetched}` : `${STARTER_MODEL.name}, already there`;
  const { code, details, cause } = outcome.failure;
  return `not there (${[code, ...Object.values(details ?? {}), cause].filter(Boolean).join("; ")}). The app will offer to try again or to choose a file`;
}
