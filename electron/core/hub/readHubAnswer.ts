// From the bytes of the hub's JSON answers to what the app makes of them. Pure, on any thread: what the hub sends may take long to read.
import type { z } from "zod";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { Sha256, type HubFile, type HubModel, type HubModelSummary } from "../../contract/hub";
import { ModelAnswer, SearchAnswer, SearchRow, summaryOf, TreeAnswer } from "./hubAnswers";

export type HubModelFacts = Omit<HubModel, "variants">;

/** For each kind of answer. Failure: "hub-answer-invalid". */
export const hubReaders = {
  "hub-search": readSearch,
  "hub-model": readModel,
  "hub-files": readFiles,
} as const satisfies Record<string, (body: Uint8Array) => Outcome<unknown>>;
export type HubAnswerKind = keyof typeof hubReaders;

export interface FoundModel {
  summary: HubModelSummary;
  /** All that the model's own answer would say; null where the hub did not name its commit. */
  facts: HubModelFacts | null;
}

/** Rows that cannot be read are left out. */
function readSearch(body: Uint8Array): Outcome<FoundModel[]> {
  const rows = read(body, SearchAnswer);
  if (!rows.ok) return rows;
  const models: FoundModel[] = [];
  for (const row of rows.value) {
    const parsed = SearchRow.safeParse(row);
    if (!parsed.success) continue;
    const { sha, ...found } = parsed.data;
    models.push({
      summary: summaryOf(found),
      facts: sha === null || sha === undefined ? null : factsOf({ ...found, sha }),
    });
  }
  return succeed(models);
}

function readModel(body: Uint8Array): Outcome<HubModelFacts> {
  const answer = read(body, ModelAnswer);
  return answer.ok ? succeed(factsOf(answer.value)) : answer;
}

function factsOf(model: ModelAnswer): HubModelFacts {
  const base = model.cardData?.base_model;
  return {
    summary: summaryOf(model),
    revision: model.sha,
    baseModel: (Array.isArray(base) ? base[0] : base) ?? null,
    licenceName: model.cardData?.license_name ?? null,
    licenceUrl: model.cardData?.license_link ?? null,
  };
}

function readFiles(body: Uint8Array): Outcome<HubFile[]> {
  const entries = read(body, TreeAnswer);
  if (!entries.ok) return entries;
  const files: HubFile[] = [];
  for (const entry of entries.value) {
    if (entry.type !== "file") continue;
    const sha256 = Sha256.safeParse(entry.lfs?.oid.replace(/^sha256:/u, ""));
    files.push({
      path: entry.path,
      sizeBytes: entry.lfs?.size ?? entry.size ?? 0,
      sha256: sha256.success ? sha256.data : null,
    });
  }
  return succeed(files);
}

function read<Schema extends z.ZodType>(body: Uint8Array, schema: Schema): Outcome<z.output<Schema>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    return fail("hub-answer-invalid", undefined, error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  return fail(
    "hub-answer-invalid",
    undefined,
    parsed.error.issues
      .slice(0, 3)
      .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
      .join("; "),
  );
}
