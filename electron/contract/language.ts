// The language of the window, as it crosses to the page.
import { z } from "zod";

/** BCP 47, as the files in resources/languages are named; "system" = the first of the system's languages that Facet speaks. */
export const LanguageSetting = z.string().max(35);

export const Language = z.strictObject({
  code: z.string(),
  /** Translations by the English message; none for English. */
  texts: z.record(z.string(), z.string()),
});
export type Language = z.infer<typeof Language>;
