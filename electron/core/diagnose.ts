// What Facet runs on and computes with, for a report that the user may post anywhere: no name of theirs is in it.
import { arch, cpus, homedir, release } from "node:os";
import type { Diagnosis } from "../contract/diagnosis";
import { freeBytesIn } from "../files/room";
import { leftovers } from "./leftovers";
import type { Parts } from "./Parts";

export async function diagnose(parts: Parts): Promise<Diagnosis> {
  const { host, dataFolder, modelsFolder, data, models, notices, engine, estimator } = parts;
  const left = await leftovers(parts);
  const diagnosed = await estimator.diagnose();
  return {
    appVersion: host.appVersion,
    nodeVersion: process.versions.node,
    electronVersion: process.versions["electron"] ?? null,
    system: `${process.platform} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "",
    engine: diagnosed.ok ? diagnosed.value : null,
    engineFailure: diagnosed.ok ? null : diagnosed.failure,
    deltaWay: engine.deltas?.way ?? null,
    machine: await estimator.machine(),
    dataFolder: withoutUser(dataFolder, homedir()),
    diskFreeBytes: await freeBytesIn(modelsFolder).catch(() => null),
    modelCount: (await models.list()).length,
    leftovers: {
      count: left.length,
      sizeBytes: left.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
    fineTuneCount: data.deltaList.value.deltas.length,
    notices: notices.notices.map(({ failure }) => failure.code),
  };
}

/** The home folder is ~; elsewhere only the folder's own name is told, for those above it may be named after the user. */
export function withoutUser(folder: string, home: string): string {
  if (folder === home) return "~";
  const [separator] = /[\\/]/u.exec(home) ?? ["/"];
  if (folder.startsWith(home + separator)) return `~${folder.slice(home.length)}`;
  const parts = folder.split(separator);
  return parts.length <= 2 ? folder : `…${separator}${parts.at(-1) ?? ""}`;
}
