// One request to its job. Job process.
import type { JobProgress, JobRequest, JobResult } from "../../contract/jobs";
import { checkDeltaBaseJob } from "./checkDeltaBaseJob";
import { convertDeltaJob } from "./convertDeltaJob";
import { convertPeftJob } from "./convertPeftJob";
import { importMatrixJob } from "./importMatrixJob";
import { makeDeltaJob } from "./makeDeltaJob";
import type { NativeAddon } from "./nativeAddon";
import { previewJob } from "./previewJob";
import { qualityJob } from "./qualityJob";
import { quantizeJob } from "./quantizeJob";

/** Throws JobError, or an error with a code of FailureCode; toFailure says which. */
export async function runRequest(
  loadAddon: () => NativeAddon,
  request: JobRequest,
  report: (progress: JobProgress) => void,
): Promise<JobResult> {
  // Where there is no addon, adapters can be had all the same.
  if (request.kind === "convert-peft") return convertPeftJob(request, report);
  const addon = loadAddon();
  switch (request.kind) {
    case "preview":
      return previewJob(addon, request);
    case "quantize":
      return quantizeJob(addon, request, report);
    case "quality":
      return qualityJob(addon, request, report);
    case "make-delta":
      return makeDeltaJob(addon, request, report);
    case "convert-delta":
      return convertDeltaJob(addon, request);
    case "check-delta-base":
      return checkDeltaBaseJob(addon, request);
    case "import-importance-matrix":
      return importMatrixJob(addon, request);
  }
}
