// What was measured of which model, kept in quality.json: one family per source, by the source's SHA-256.
import { z } from "zod";
import type { Outcome } from "../../contract/failure";
import { Sha256 } from "../../contract/hub";
import { ModelId } from "../../contract/ids";
import { ModelQuality } from "../../contract/jobs";
import { StepKinds } from "../../contract/quantizeRecipe";
import type { JsonFile } from "../JsonFile";
import { entry, fields, list, type ValueOf } from "../storedShape";
import { withSteps } from "./earlierRecipes";

/** Oldest families go first. A row is below 1 KB, so the file stays far below what JsonFile reads. */
const MAX_FAMILIES = 60;
const MAX_ROWS = 40;

export const MeasuredRow = z.strictObject({
  modelId: ModelId,
  /** Of the file that was measured (contentKey.ts): another file under the same name is not taken for it. */
  key: z.string().max(64),
  name: z.string().max(200),
  type: z.string().max(40).nullable(),
  /** null when it is not known. */
  steps: StepKinds.nullable(),
  isSource: z.boolean(),
  quality: ModelQuality,
  positions: z.number(),
  measuredAtMs: z.number(),
});
export type MeasuredRow = z.infer<typeof MeasuredRow>;

const Family = fields({ sourceSha256: entry(Sha256), rows: list(entry(z.preprocess(withSteps, MeasuredRow)), "key") });
export const SavedQuality = fields({ families: list(Family, "sourceSha256") });
export type SavedQuality = ValueOf<typeof SavedQuality>;

export class QualityStore {
  readonly #file: JsonFile<SavedQuality>;

  constructor(file: JsonFile<SavedQuality>) {
    this.#file = file;
  }

  /** A newer measurement of the same file takes the place of the older. */
  async add(sourceSha256: Sha256, rows: readonly MeasuredRow[]): Promise<Outcome<unknown>> {
    const { families } = this.#file.value;
    const old = families.find((family) => family.sourceSha256 === sourceSha256)?.rows ?? [];
    const kept = old.filter((row) => !rows.some(({ key }) => key === row.key));
    const others = families.filter((family) => family.sourceSha256 !== sourceSha256);
    const family = { sourceSha256, rows: [...kept, ...rows].slice(-MAX_ROWS) };
    return this.#file.save({ families: [...others, family].slice(-MAX_FAMILIES) });
  }

  /** All rows of the family that a file belongs to: measured itself, or made from the family's source. The source first, then by size. */
  family(key: string, madeFrom: Sha256 | null): readonly MeasuredRow[] {
    const found = this.#file.value.families.findLast(
      ({ sourceSha256, rows }) => sourceSha256 === madeFrom || rows.some((row) => row.key === key),
    );
    return (found?.rows ?? []).toSorted(
      (left, right) =>
        Number(right.isSource) - Number(left.isSource) || left.quality.fileBytes - right.quality.fileBytes,
    );
  }

  /** The hash of a source that was measured before, so that it is not read again only for that. */
  sha256Of(key: string): Sha256 | null {
    return (
      this.#file.value.families.find(({ rows }) => rows.some((row) => row.isSource && row.key === key))?.sourceSha256 ??
      null
    );
  }
}
