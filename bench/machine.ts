// Describes the machine and the versions that a table of figures belongs to.
import { readFile } from "node:fs/promises";
import os from "node:os";
import type { ElectronRuntime } from "../scripts/electronRuntime";

export async function machineLines(runtime: ElectronRuntime): Promise<string[]> {
  const cpus = os.cpus();
  const [load] = os.loadavg();
  return [
    `CPU       ${cpus[0]?.model.trim() ?? "unknown"}, ${cpus.length} cores, load ${load?.toFixed(2) ?? "?"} before the start`,
    `Memory    ${(os.totalmem() / 2 ** 30).toFixed(1)} GiB, ${(os.freemem() / 2 ** 30).toFixed(1)} GiB free`,
    `System    ${await systemName()}, ${process.arch}`,
    `Electron  ${runtime.version} (${runtime.source}), Node ${process.versions.node} for the plain loop`,
    `Engine    node-llama-cpp ${await packageVersion("node-llama-cpp")}`,
  ];
}

async function systemName(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const name = /^PRETTY_NAME="?([^"\n]+)"?$/mu.exec(release)?.[1];
  return `${name ?? os.type()}, kernel ${os.release()}`;
}

async function packageVersion(name: string): Promise<string> {
  const about: unknown = JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8"));
  return about instanceof Object && "version" in about && typeof about.version === "string" ? about.version : "unknown";
}
