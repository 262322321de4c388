// What plain Node gives to the application: child processes, its own network, a key file. No window, no Electron.
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ToFit } from "../../contract/fitProtocol";
import type { GpuStart } from "../../contract/gpu";
import { WorkerThreads } from "../../core/worker/WorkerThreads";
import type { Host } from "../../core/Host";
import { languagesFolder } from "../../core/Languages";
import type { Log } from "../../core/LogFile";
import type { Child, ChildListeners } from "../../process/Fork";
import { fitScratch } from "../fitScratch";
import { gpuArgument, gpuEnvironment } from "../gpuProcess";
import { forkNode } from "./forkNode";
import { keyFileSecrets } from "./keyFileSecrets";
import { moveToTrash } from "./moveToTrash";
import { nodeNetwork } from "./nodeNetwork";
import { systemLanguages } from "./systemLanguages";

export interface NodeHostOptions {
  /** Where native/, resources/, node_modules/ and package.json are stored as plain files. */
  appFolder: string;
  /** With engine.mjs, fit.mjs, job.mjs, search.cjs and worker.mjs. */
  scriptFolder: string;
  dataFolder: string;
  engineLog: Log;
}

export function nodeHost({ appFolder, scriptFolder, dataFolder, engineLog }: NodeHostOptions): Host {
  const script = (name: string) => path.join(scriptFolder, name);
  return {
    appVersion: versionOf(appFolder),
    appFolder,
    catalogueFile: path.join(appFolder, "resources/catalogue.json"),
    languagesFolder: languagesFolder(path.join(appFolder, "resources")),
    systemLanguages,
    forkEngine: (gpu) => (listeners) =>
      forkNode(
        script("engine.mjs"),
        { args: [gpuArgument(gpu)], env: gpuEnvironment(gpu), outputLog: engineLog },
        listeners,
      ),
    forkFit: (gpu) => (listeners) => forkFit(script("fit.mjs"), gpu, listeners),
    forkJob: (listeners) => forkNode(script("job.mjs"), { outputLog: engineLog }, listeners),
    searchScript: script("search.cjs"),
    network: nodeNetwork(),
    takesFoundToken: true,
    secrets: keyFileSecrets(path.join(dataFolder, "hub-token.key")),
    worker: new WorkerThreads(script("worker.mjs")),
    // A program in a terminal does not decide whether the computer sleeps.
    keepAwake: () => undefined,
    onWake: () => undefined,
    moveToTrash,
  };
}

function forkFit(script: string, gpu: GpuStart, on: ChildListeners): Child<ToFit> {
  const { args, execArgv, listeners } = fitScratch(tmpdir(), on);
  const child = forkNode(script, { args: [gpuArgument(gpu), ...args], execArgv, env: gpuEnvironment(gpu) }, listeners);
  return {
    postMessage: child.postMessage,
    kill: child.kill,
    residentBytes: () => residentBytesOf(child.pid),
  };
}

/** null where the system has no such file. */
function residentBytesOf(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

function versionOf(appFolder: string): string {
  const { version } = JSON.parse(readFileSync(path.join(appFolder, "package.json"), "utf8")) as { version: string };
  return version;
}
