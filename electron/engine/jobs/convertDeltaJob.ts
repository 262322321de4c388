// Writes a 1-bit delta in its other form: compact to keep and share, full for llama.cpp. Job process.
import { access, stat } from "node:fs/promises";
import path from "node:path";
import type { ConvertDeltaRequest } from "../../contract/deltaJobs";
import type { JobResult } from "../../contract/jobs";
import { isSameFile, requireFreeSpace, writeUnfinished } from "./freshFile";
import { JobError } from "./JobError";
import type { NativeAddon } from "./nativeAddon";
import { requireSoundHeader } from "./soundHeader";

/** 1.6 bits per weight instead of 1.125 (docs/delta-format.md), and a little. */
const MOST_EXPANSION = 1.5;

export async function convertDeltaJob(
  addon: NativeAddon,
  { source, target, compact }: ConvertDeltaRequest,
): Promise<JobResult> {
  const file = path.basename(target);
  if (await isSameFile(source, target)) throw JobError.because("target-is-source", { file });
  if (
    await access(target).then(
      () => true,
      () => false,
    )
  )
    throw JobError.because("target-exists", { file });
  await requireSoundHeader(source);
  await requireFreeSpace(path.dirname(target), (await stat(source)).size * (compact ? 1 : MOST_EXPANSION));
  const fileBytes = await writeUnfinished(target, (unfinished) =>
    addon.convertDelta({ source, target: unfinished, compact }),
  );
  return { kind: "convert-delta", fileBytes };
}
