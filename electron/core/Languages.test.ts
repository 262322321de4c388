// Which of Facet's languages a setting and a system mean.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { Languages } from "./Languages";

const folder = mkdtempSync(path.join(tmpdir(), "facet-languages-"));
for (const code of ["de", "fr", "zh"]) writeFileSync(path.join(folder, `${code}.json`), `{"Delete":"${code}"}`);
afterAll(() => rmSync(folder, { recursive: true }));
const languages = new Languages(folder);

it("lists English first", () => expect(languages.codes).toEqual(["en", "de", "fr", "zh"]));

it("reads the setting by itself while no application is open", () => {
  expect(languages.chooseBeforeStart(folder, ["de"]).code).toBe("de");
  for (const [text, code] of [
    ['{"language": "fr"}', "fr"],
    ['{"language": 5}', "de"],
    ["{", "de"],
  ] as const) {
    writeFileSync(path.join(folder, "settings.json"), text);
    expect(languages.chooseBeforeStart(folder, ["de"]).code).toBe(code);
  }
  rmSync(path.join(folder, "settings.json"));
});

it.each([
  ["fr", ["de"], "fr"],
  ["system", ["de-AT", "fr"], "de"],
  ["system", ["pt-BR", "fr-CA", "de"], "fr"],
  ["system", ["en-GB", "de"], "en"],
  ["system", ["zh-Hans-CN"], "zh"],
  ["system", ["zh-CN"], "zh"],
  ["system", ["zh-TW", "de"], "de"],
  ["system", ["C", "", "not a language"], "en"],
  ["system", [], "en"],
  ["../../settings", ["fr"], "fr"],
])("%s with %j is %s", (setting, system, code) => {
  expect(languages.choose(setting, system)).toEqual({ code, texts: code === "en" ? {} : { Delete: code } });
});
