// A variant at the hub, as a verdict on it and its download are asked for.
import type { DownloadRequest } from "../contract/downloads";
import type { FitSource } from "../contract/fit";
import type { HubModel, HubVariant } from "../contract/hub";
import { modelTitle } from "./modelTitle";

/** Null for what cannot be judged before it is downloaded: files without a checksum, incomplete ones. */
export function hubSource(model: HubModel, variant: HubVariant): FitSource | null {
  if (variant.obstacle !== null) return null;
  const files = variant.files.flatMap(({ path, sizeBytes, sha256 }) =>
    sha256 === null ? [] : [{ path, sizeBytes, sha256 }],
  );
  if (files.length !== variant.files.length) return null;
  return { kind: "hub", repository: model.summary.repository, revision: model.revision, files };
}

export function downloadRequest(model: HubModel, variant: HubVariant): DownloadRequest {
  const name = modelTitle(model.summary.repository);
  return {
    repository: model.summary.repository,
    revision: model.revision,
    title: variant.quantization === null ? name : `${name} · ${variant.quantization}`,
    quantization: variant.quantization,
    licence: model.summary.licence,
    files: variant.files.flatMap(({ path, sizeBytes, sha256 }) =>
      sha256 === null ? [] : [{ path, sizeBytes, sha256 }],
    ),
  };
}
