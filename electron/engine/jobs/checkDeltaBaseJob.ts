// Says whether a delta was made for this base, in whatever quantization the base is. Job process.
import type { CheckDeltaBaseRequest } from "../../contract/deltaJobs";
import type { JobResult } from "../../contract/jobs";
import type { NativeAddon } from "./nativeAddon";

export async function checkDeltaBaseJob(
  addon: NativeAddon,
  { delta, model }: CheckDeltaBaseRequest,
): Promise<JobResult> {
  return { kind: "check-delta-base", ...(await addon.checkDeltaBase({ delta, model })) };
}
