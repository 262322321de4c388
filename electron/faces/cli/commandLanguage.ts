// The language of the command line: that of the window's setting, else the terminal's.
import path from "node:path";
import type { Language } from "../../contract/language";
import { Languages, languagesFolder } from "../../core/Languages";
import { systemLanguages } from "../../hosts/node/systemLanguages";

/** Two folders above the built file. */
const RESOURCES = path.join(import.meta.dirname, "../../resources");

/** Help and mistakes are said before any application is opened. */
export function commandLanguage(dataFolder: string): Language {
  return new Languages(languagesFolder(RESOURCES)).chooseBeforeStart(dataFolder, systemLanguages());
}
