// What the fit process answers about deltas: of one file, of many beside a model, of two models that could give one.
import type { DeltaMatch, FromFit, ToFit } from "../../contract/fitProtocol";
import { succeed, type Outcome } from "../../contract/failure";
import { deltaDetails } from "../deltas/deltaDetails";
import { inspectDelta } from "../deltas/inspectDelta";
import { matchDelta, readBaseShapes } from "../deltas/matchDelta";
import { previewPair } from "../deltas/previewPair";
import { readDeltaHeader } from "../deltas/readDeltaHeader";

export type DeltaQuery = Extract<ToFit, { kind: "inspect-delta" | "describe-delta" | "match-deltas" | "preview-pair" }>;

/** Failures: those of reading the files, and of previewPair. A delta that does not go with the model is a match that says so. */
export async function answerDeltaQuery(query: DeltaQuery): Promise<Outcome<FromFit>> {
  const { id } = query;
  switch (query.kind) {
    case "inspect-delta": {
      const inspected = await inspectDelta(query.path);
      return inspected.ok ? succeed({ kind: "delta-inspected", id, facts: inspected.value.facts }) : inspected;
    }
    case "describe-delta": {
      const delta = await readDeltaHeader(query.path);
      return delta.ok ? succeed({ kind: "delta-described", id, details: deltaDetails(delta.value) }) : delta;
    }
    case "match-deltas": {
      const matches = await matchAll(query);
      return matches.ok ? succeed({ kind: "deltas-matched", id, matches: matches.value }) : matches;
    }
    case "preview-pair": {
      const base = await readBaseShapes(query.basePath);
      if (!base.ok) return base;
      const fineTune = await readBaseShapes(query.fineTunePath);
      if (!fineTune.ok) return fineTune;
      const pair = previewPair(base.value, fineTune.value);
      return pair.ok ? succeed({ kind: "pair-previewed", id, pair: pair.value }) : pair;
    }
  }
}

async function matchAll({
  modelPath,
  deltas,
}: Extract<DeltaQuery, { kind: "match-deltas" }>): Promise<Outcome<DeltaMatch[]>> {
  const base = await readBaseShapes(modelPath);
  if (!base.ok) return base;
  const matches: DeltaMatch[] = [];
  for (const { deltaId, path } of deltas) {
    const delta = await readDeltaHeader(path);
    const match = delta.ok ? matchDelta(delta.value, base.value) : delta;
    matches.push(
      match.ok ? { deltaId, match: match.value, failure: null } : { deltaId, match: "refused", failure: match.failure },
    );
  }
  return succeed(matches);
}
