// The shapes of the hub's JSON answers, as far as the app reads them; unknown keys are ignored. Pure.
import { z } from "zod";
import { RepositoryName, Revision, Sha256, type HubModelSummary } from "../../contract/hub";

const text = (maxCharacters: number) => z.string().max(maxCharacters);
/** Git and Linux take paths of 4096 bytes. One that is too long to be asked for must not hide the other files. */
const MAX_PATH_CHARACTERS = 4096;
const count = z.number().nonnegative();
/** Cards are written by hand: a wrong type there must not hide the model. */
const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(null);

const CardData = z.object({
  license: lenient(z.union([text(100), z.array(text(100)).max(20)])),
  license_name: lenient(text(200)),
  license_link: lenient(text(2000)),
  base_model: lenient(z.union([text(200), z.array(text(200)).max(50)])),
});

const modelFields = {
  id: RepositoryName,
  downloads: lenient(count),
  likes: lenient(count),
  lastModified: lenient(z.iso.datetime({ offset: true })),
  gated: lenient(z.union([z.literal(false), z.enum(["auto", "manual"])])),
  private: lenient(z.boolean()),
  tags: lenient(z.array(text(300)).max(5000)),
  cardData: lenient(CardData),
  gguf: lenient(z.object({ total: lenient(count), architecture: lenient(text(60)), context_length: lenient(count) })),
};

/** One row of a search. Rows whose name is not a repository's are dropped, the rest is shown. A hub that does not know `sha` there leaves it out. */
export const SearchRow = z.object({ ...modelFields, sha: lenient(Revision) });
export type SearchRow = z.infer<typeof SearchRow>;
export const SearchAnswer = z.array(z.unknown()).max(1000);

export const ModelAnswer = z.object({ ...modelFields, sha: Revision });
export type ModelAnswer = z.infer<typeof ModelAnswer>;

export const TreeAnswer = z
  .array(
    z.object({
      type: text(40),
      path: text(MAX_PATH_CHARACTERS),
      size: count.optional(),
      lfs: z.object({ oid: Sha256.or(z.string().regex(/^sha256:[0-9a-f]{64}$/u)), size: count }).nullish(),
    }),
  )
  .max(10_000);

export function summaryOf(row: Omit<SearchRow, "sha">): HubModelSummary {
  return {
    repository: row.id,
    downloads: row.downloads ?? 0,
    likes: row.likes ?? 0,
    lastModified: row.lastModified ?? null,
    licence: licenceOf(row),
    gate: row.gated || "open",
    architecture: row.gguf?.architecture ?? null,
    parameterCount: row.gguf?.total ?? null,
    trainContextSizeTokens: row.gguf?.context_length ?? null,
  };
}

/** The card's word first, then the tag that the hub makes of it. */
function licenceOf({ cardData, tags }: Pick<SearchRow, "cardData" | "tags">): string | null {
  const said = cardData?.license;
  const fromCard = Array.isArray(said) ? said[0] : said;
  return fromCard ?? tags?.find((tag) => tag.startsWith("license:"))?.slice("license:".length) ?? null;
}
