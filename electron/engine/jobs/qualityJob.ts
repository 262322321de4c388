// Measures quantized models against their source on held-out text: perplexity, KL divergence, speed. Job process.
import path from "node:path";
import type { JobProgress, JobResult, ModelQuality, QualityRequest } from "../../contract/jobs";
import type { NativeAddon, NativeQuality } from "./nativeAddon";
import { progressMeter } from "./progressMeter";
import { readTexts } from "./readTexts";
import { hashSource, openSource } from "./sourceFile";

/** llama-perplexity's default, so that figures can be compared. */
const CHUNK_TOKENS = 512;
const PREFILL_TOKENS = 512;
const DECODE_TOKENS = 64;
const SPEED_REPEATS = 3;

export async function qualityJob(
  addon: NativeAddon,
  request: QualityRequest,
  report: (progress: JobProgress) => void,
): Promise<JobResult> {
  const { threads } = request;
  const paths = [request.source, ...request.candidates];
  const files = [];
  for (const file of paths) files.push(await openSource(addon, file));
  const [source] = files;
  if (source === undefined) throw new Error("no source to measure");
  const sourceSha256 =
    request.sourceSha256 ?? (await hashSource(source, progressMeter("read-source", "bytes", report)));
  const measured = await addon.measureQuality(
    {
      source: request.source,
      candidates: request.candidates,
      text: await readTexts(request.texts),
      threads,
      chunkTokens: CHUNK_TOKENS,
      chunkLimit: request.chunkLimit,
    },
    progressMeter("quality", "tokens", report),
  );

  const reportSpeed = progressMeter("speed", "tokens", report);
  const rows: ModelQuality[] = [];
  for (const [index, quality] of [measured.source, ...measured.candidates].entries()) {
    const file = files[index];
    if (file === undefined) continue;
    const model = file.paths[0] ?? request.source;
    const fileName = path.basename(model);
    reportSpeed({ done: index, total: files.length, item: fileName });
    const speed = request.withSpeed
      ? await addon.measureSpeed({
          model,
          threads,
          prefillTokens: PREFILL_TOKENS,
          decodeTokens: DECODE_TOKENS,
          repeats: SPEED_REPEATS,
        })
      : null;
    rows.push({
      fileName,
      fileBytes: file.bytes,
      bitsPerWeight: (file.facts.weightBytes * 8) / file.facts.parameters,
      ...figures(quality),
      speed,
    });
  }
  const [sourceRow, ...candidates] = rows;
  if (sourceRow === undefined) throw new Error("no source was measured");
  return { kind: "quality", sourceSha256, source: sourceRow, candidates, positions: measured.positions };
}

function figures(quality: NativeQuality): NativeQuality {
  const { perplexity, perplexityError, klMean, klMeanError, klMedian, klPercentile99, klMaximum, sameTopToken } =
    quality;
  return { perplexity, perplexityError, klMean, klMeanError, klMedian, klPercentile99, klMaximum, sameTopToken };
}
