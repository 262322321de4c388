// A variant at the hub, as a verdict on it is asked for. Renderer.
import type { FitSource } from "../../../electron/contract/fit";
import type { HubModel, HubVariant } from "../../../electron/contract/hub";

/** Null for what cannot be judged before it is downloaded: files without a checksum, incomplete ones. */
export function hubSource(model: HubModel, variant: HubVariant): FitSource | null {
  if (variant.obstacle !== null) return null;
  const files = variant.files.flatMap(({ path, sizeBytes, sha256 }) =>
    sha256 === null ? [] : [{ path, sizeBytes, sha256 }],
  );
  if (files.length !== variant.files.length) return null;
  return { kind: "hub", repository: model.summary.repository, revision: model.revision, files };
}
