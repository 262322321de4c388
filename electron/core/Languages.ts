// The languages that Facet speaks: English, and one file for each other in resources/languages.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Language } from "../contract/language";
import type { Parts } from "./Parts";

const ENGLISH = "en";
const EXTENSION = ".json";

/** Those that Facet brings, or others in their place: FACET_LANGUAGES_FOLDER. */
export function languagesFolder(resources: string): string {
  return process.env["FACET_LANGUAGES_FOLDER"] || path.join(resources, "languages");
}

export class Languages {
  readonly codes: readonly string[];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    const others = readdirSync(folder).flatMap((name) =>
      name.endsWith(EXTENSION) ? [path.basename(name, EXTENSION)] : [],
    );
    this.codes = [ENGLISH, ...others.sort()];
  }

  /** Of the setting and of the system's languages, best first, the first one that there is. */
  choose(setting: string, system: readonly string[]): Language {
    for (const wanted of [setting, ...system]) {
      const code = this.#find(wanted);
      if (code !== undefined) return this.#read(code);
    }
    return { code: ENGLISH, texts: {} };
  }

  /** While no application is open: the setting is read by itself. */
  chooseBeforeStart(dataFolder: string, system: readonly string[]): Language {
    return this.choose(languageSetting(path.join(dataFolder, "settings.json")), system);
  }

  /** "de-AT" finds "de", "zh-Hans-CN" finds "zh", and "zh-Hant" finds nothing: it is read by others. */
  #find(wanted: string): string | undefined {
    if (this.codes.includes(wanted)) return wanted;
    const locale = localeOf(wanted);
    return locale === null
      ? undefined
      : this.codes.find((code) => {
          const ours = localeOf(code);
          return ours !== null && ours.language === locale.language && ours.script === locale.script;
        });
  }

  #read(code: string): Language {
    if (code === ENGLISH) return { code, texts: {} };
    const texts = JSON.parse(readFileSync(path.join(this.#folder, code + EXTENSION), "utf8")) as Language["texts"];
    return { code, texts };
  }
}

/** The one that the setting asks for. */
export function chosenLanguage({ host, data, languages }: Pick<Parts, "host" | "data" | "languages">): Language {
  return languages.choose(data.settings.value.language, host.systemLanguages());
}

function languageSetting(file: string): string {
  try {
    const { language } = JSON.parse(readFileSync(file, "utf8")) as { language?: unknown };
    return typeof language === "string" ? language : "system";
  } catch {
    return "system";
  }
}

/** With the script that is usual for the language. null: not a language's name, "system" and "C" for example. */
function localeOf(code: string): { language: string; script: string | undefined } | null {
  try {
    const { language, script } = new Intl.Locale(code).maximize();
    return { language, script };
  } catch {
    return null;
  }
}
