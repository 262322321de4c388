// The figures of `npm run words -- --figures`, each as its name and value.
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { unclearIn } from "./clarity";
import type { Sources } from "./messages";
import { languageFiles, problemsOf } from "./translations";

export function wordFigures(root: string, { messages, problems }: Sources): [name: string, figure: string][] {
  const keys = [...messages.keys()];
  return [
    ["words.messages", String(keys.length)],
    ["words.outside", String(problems.length)],
    ["words.unclear", String(keys.filter((message) => unclearIn(message).length > 0).length)],
    ...languageFiles(root).flatMap((file): [string, string][] => {
      const code = path.basename(file, ".json");
      const bytes = readFileSync(path.join(root, file));
      const whole = keys.length - problemsOf(file, new Set(keys)).length;
      return [
        [`words.complete.${code}`, `${((100 * whole) / keys.length).toFixed(1)} %`],
        [
          `words.kb.${code}`,
          // Installers are compressed: so much does a language add to what is downloaded.
          `${kilobytes(gzipSync(bytes))} in a package, ${kilobytes(bytes)} on the disk`,
        ],
      ];
    }),
  ];
}

function kilobytes({ length }: Uint8Array): string {
  return `${(length / 1000).toFixed(0)} kB`;
}
