// The terminal's language from the environment.
import { expect, it } from "vitest";
import { systemLanguages } from "./systemLanguages";

it.each([
  [{ LANG: "de_DE.UTF-8" }, ["de-DE"]],
  [{ LANG: "de_DE.UTF-8", LC_MESSAGES: "fr_FR" }, ["fr-FR"]],
  [{ LANG: "de_DE.UTF-8", LC_ALL: "ja_JP.UTF-8@x" }, ["ja-JP"]],
  [{ LANG: "de_AT.UTF-8", LANGUAGE: "fr:de_AT" }, ["fr", "de-AT", "de-AT"]],
  [{ LANG: "C.UTF-8", LANGUAGE: "fr" }, ["C"]],
  [{ LC_ALL: "", LANG: "es_ES" }, ["es-ES"]],
])("%j", (env, languages) => expect(systemLanguages(env)).toEqual(languages));

it("asks the system where nothing is set", () => expect(systemLanguages({})).toHaveLength(1));
