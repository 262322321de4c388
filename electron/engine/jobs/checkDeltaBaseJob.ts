// Says whether a delta was made for this base, in whatever quantization the base is. Job process.
import type { CheckDeltaBaseRequest } from "../../contract/deltaJobs";
import type { JobResult } from "../../contract/jobs";
import type { NativeAddon } from "./nativeAddon";
import { requireSoundHeader } from "./soundHeader";

export async function checkDeltaBaseJob(
  addon: NativeAddon,
  { delta, model }: CheckDeltaBaseRequest,
): Promise<JobResult> {
  for (const file of [delta, model]) await requireSoundHeader(file);
  return { kind: "check-delta-base", ...(await addon.checkDeltaBase({ delta, model })) };
}
