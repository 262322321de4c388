// A job's own code in a process like a job's: what it throws is what the user would be told.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { JobRequest } from "../../electron/contract/jobs";
import { addonPath, loadNativeAddon, type NativeAddon } from "../../electron/engine/jobs/nativeAddon";
import { toFailure } from "../../electron/engine/jobs/JobError";
import { runRequest } from "../../electron/engine/jobs/runRequest";
import type { Verdict } from "../FuzzKind";
import { accepted, judgeFailure, wrongAnswer } from "../judge";

/** Adapters of PEFT need none. */
export function withoutAddon(): never {
  throw new Error("the job asked for the addon");
}

export function nativeAddon(): NativeAddon {
  return loadNativeAddon(process.cwd());
}

export const isAddonBuilt = existsSync(addonPath(process.cwd()));

/** Leaves nothing behind: neither the target, nor what was unfinished. */
export async function judgeJob(loadAddon: () => NativeAddon, request: JobRequest): Promise<Verdict> {
  const target = "target" in request ? request.target : null;
  let verdict: Verdict = accepted;
  try {
    await runRequest(loadAddon, request, () => undefined);
  } catch (error) {
    verdict = judgeFailure(toFailure(error));
    if (target !== null && existsSync(target))
      verdict = wrongAnswer("it failed, and left the file that it was to write");
  }
  if (target !== null) await rm(target, { force: true });
  return verdict;
}
