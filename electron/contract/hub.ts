// The model hub as the app sees it: search results, models, their variants, and the catalogue.
import { z } from "zod";
import { ModelFamilyName } from "./modelFamilies";
import { Runs } from "./speed";

/** "owner/name", as Hugging Face spells it. Also keeps `..`, slashes and query signs out of URLs, and a dot off the end of a folder. */
export const RepositoryName = z
  .string()
  .regex(/^\w[\w.-]{0,95}\/\w[\w.-]{0,95}$/u)
  .refine((name) => !name.includes("..") && !name.endsWith("."))
  .brand<"RepositoryName">();
export type RepositoryName = z.infer<typeof RepositoryName>;

/** A commit of a repository: downloads are pinned to one. */
export const Revision = z
  .string()
  .regex(/^[0-9a-f]{40}$/u)
  .brand<"Revision">();
export type Revision = z.infer<typeof Revision>;

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/u)
  .brand<"Sha256">();
export type Sha256 = z.infer<typeof Sha256>;

export const HubSort = z.enum(["trendingScore", "downloads", "likes", "lastModified", "createdAt"]);
export type HubSort = z.infer<typeof HubSort>;

export const HubQuery = z.strictObject({
  /** "adapters": PEFT repositories, whose architecture and size the hub does not know. */
  of: z.enum(["models", "adapters"]).default("models"),
  text: z.string().max(200),
  sort: HubSort,
  family: ModelFamilyName.nullable(),
  /** In billions; null for no bound on that side. Models that do not say their size are in no range. */
  parameters: z
    .strictObject({ minBillions: z.number().positive().nullable(), maxBillions: z.number().positive().nullable() })
    .nullable()
    .default(null),
  /** From the page before; null for the first page. */
  cursor: z.string().max(4000).nullable(),
});
export type HubQuery = z.infer<typeof HubQuery>;

/** Who may download: everyone, everyone who agrees to terms, those the author lets in. */
export const HubGate = z.enum(["open", "auto", "manual"]);
export type HubGate = z.infer<typeof HubGate>;

export const HubModelSummary = z.strictObject({
  repository: RepositoryName,
  downloads: z.number(),
  likes: z.number(),
  /** ISO date; null when the hub does not say. */
  lastModified: z.string().nullable(),
  /** "apache-2.0"; null when the repository does not say. */
  licence: z.string().nullable(),
  gate: HubGate,
  architecture: z.string().nullable(),
  parameterCount: z.number().nullable(),
  trainContextSizeTokens: z.number().nullable(),
});
export type HubModelSummary = z.infer<typeof HubModelSummary>;

export const HubSearchPage = z.strictObject({
  models: z.array(HubModelSummary),
  /** Ask for more with this; null at the end. */
  cursor: z.string().nullable(),
});
export type HubSearchPage = z.infer<typeof HubSearchPage>;

export const HubFile = z.strictObject({
  /** Inside the repository, with `/`. A label, never a path on this computer. */
  path: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  /** The hub's own hash of the content; null for small files outside LFS. */
  sha256: Sha256.nullable(),
});
export type HubFile = z.infer<typeof HubFile>;

/** What one download gives: a model in one quantization, or something that goes with a model. Which of them, only its header says (Fit.fileKind). */
export const HubVariant = z.strictObject({
  /** Unique in its repository: the path of the first file. */
  id: z.string(),
  /** "Q4_K_M"; null when the name does not say. */
  quantization: z.string().nullable(),
  /** In the order of the parts. */
  files: z.array(HubFile).min(1),
  sizeBytes: z.number().int(),
  /**
   * Why it cannot be downloaded; null when it can. "not-whole": pieces that make a GGUF file when they are joined, or a packed one.
   * "address-refused": its path at the hub climbs, say.
   */
  obstacle: z.enum(["parts-missing", "not-whole", "no-checksum", "address-refused"]).nullable(),
  /** Called as those are that guess tokens ahead for a model: not taken for a model until its header says so. */
  isNamedDraft: z.literal(true).optional(),
});
export type HubVariant = z.infer<typeof HubVariant>;

export const HubModel = z.strictObject({
  summary: HubModelSummary,
  revision: Revision,
  /** The model this one was made from, "Qwen/Qwen3-8B"; null when the card does not say. */
  baseModel: z.string().nullable(),
  licenceName: z.string().nullable(),
  licenceUrl: z.string().nullable(),
  variants: z.array(HubVariant),
});
export type HubModel = z.infer<typeof HubModel>;

/** One hand-picked model (resources/catalogue.json). Sizes are approximate until the hub was asked. */
export const CatalogueModel = z.strictObject({
  repository: RepositoryName,
  name: z.string().min(1),
  family: z.string().min(1),
  author: z.string().min(1),
  parametersBillions: z.number().positive(),
  /** Mixture of experts: parameters that work on each token; null for dense models. */
  activeParametersBillions: z.number().positive().nullable(),
  trainContextSizeTokens: z.number().int().positive(),
  licence: z.string().min(1),
  goodFor: z
    .array(z.enum(["chat", "writing", "code", "reasoning", "languages", "long-documents", "small-computers"]))
    .min(1),
  description: z.string().min(1).max(200),
  variants: z.array(z.strictObject({ quantization: z.string(), sizeBytes: z.number().int().positive() })).min(1),
});
export type CatalogueModel = z.infer<typeof CatalogueModel>;

/** By its sizes alone, before anything of it is asked for. */
export const RatedModel = CatalogueModel.extend({
  /** null: its speed is not known. */
  runs: Runs.nullable(),
  tokensPerSecond: z.number().nullable(),
  /** Of the variant that this is said of: the one to take here. */
  quantization: z.string(),
});
export type RatedModel = z.infer<typeof RatedModel>;

export const Catalogue = z.strictObject({ version: z.literal(1), models: z.array(CatalogueModel) });
export type Catalogue = z.infer<typeof Catalogue>;
