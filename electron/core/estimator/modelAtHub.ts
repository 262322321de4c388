// A variant at the hub, as the estimator takes a model: ranges of its files, of which the header needs a few hundred KB.
import { fail } from "../../contract/failure";
import type { FitSource } from "../../contract/fit";
import type { HubClient } from "../hub/HubClient";
import { HttpRangeSource, RangeReadError } from "../hub/HttpRangeSource";
import { HubFileSource } from "../hub/HubFileSource";
import { fitModelKey } from "./fitModelOfPaths";
import type { FitModel } from "./FitQuestions";

const HUB_READ_TIMEOUT_MS = 30_000;
/** A few hundred KB mostly; all of a header whose metadata stands behind its vocabulary (1 to 15 MB). */
const MAX_HEADER_BYTES = 24 * 1024 * 1024;

export function modelAtHub(
  client: HubClient,
  { repository, revision, files }: Pick<Extract<FitSource, { kind: "hub" }>, "repository" | "revision" | "files">,
  cancel?: AbortSignal,
): FitModel {
  let timeout: AbortSignal | undefined;
  let signal: AbortSignal | undefined;
  const sources = files.map((file) => {
    let source: HttpRangeSource | undefined;
    return {
      file,
      fetchedBytes: () => source?.fetchedBytes ?? 0,
      read(offset: number, lengthBytes: number) {
        // From the first read on: before, the question waits for others.
        timeout ??= AbortSignal.timeout(HUB_READ_TIMEOUT_MS);
        signal ??= cancel === undefined ? timeout : AbortSignal.any([timeout, cancel]);
        source ??= new HttpRangeSource(
          new HubFileSource(client, { repository, revision, ...file }),
          signal,
          MAX_HEADER_BYTES,
        );
        return source.read(offset, lengthBytes).catch((error: unknown) => {
          throw timeout?.aborted && error instanceof RangeReadError
            ? new RangeReadError(fail("hub-offline").failure)
            : error;
        });
      },
    };
  });
  return {
    key: fitModelKey(files.map(({ sha256 }) => sha256)),
    parts: sources.map(({ file, read }) => ({ path: null, sizeBytes: file.sizeBytes, read })),
    fetchedBytes: () => sources.reduce((sum, source) => sum + source.fetchedBytes(), 0),
  };
}
