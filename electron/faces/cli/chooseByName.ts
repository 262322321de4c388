// Which model or fine-tune a name on the command line means: exactly that name, else the only one that begins with it.
import type { ApplicationClient } from "../../instance/ApplicationClient";
import type { Delta } from "../../contract/deltas";
import type { InstalledModel } from "../../contract/model";
import { t } from "../../words/language";
import type { Reader } from "./CommandContext";
import { CommandError, EXIT } from "./CommandError";
import { valueOf } from "./useOutcome";
import { existsSync } from "node:fs";
import path from "node:path";

const SHOWN_CANDIDATES = 8;

/** Sentences for names that mean nothing. */
const NONE = {
  model: {
    empty: () => t("The name of the model is empty."),
    unknown: (name: string) => t("There is no model named “{name}”.", { name }),
  },
  "fine-tune": {
    empty: () => t("The name of the fine-tune is empty."),
    unknown: (name: string) => t("There is no fine-tune named “{name}”.", { name }),
  },
  job: {
    empty: () => t("The name of the job is empty."),
    unknown: (name: string) => t("There is no job named “{name}”.", { name }),
  },
} as const;

/** Throws with exit code 3 when nothing or more than one thing is meant. */
export function chooseByName<One>(
  what: keyof typeof NONE,
  wanted: string,
  all: readonly One[],
  namesOf: (one: One) => readonly string[],
): One {
  // A name of several lines would look like several names.
  const labelOf = (one: One) => (namesOf(one)[0] ?? "").replaceAll(/\s+/gu, " ");
  const name = normalized(wanted);
  // An unset variable of a script, say: everything begins with nothing.
  if (name === "") throw new CommandError(NONE[what].empty(), EXIT.wrongUse);
  const matching = (matches: (candidate: string) => boolean) =>
    all.filter((one) => namesOf(one).some((candidate) => matches(normalized(candidate))));
  const exact = matching((candidate) => candidate === name);
  const found = exact.length > 0 ? exact : matching((candidate) => candidate.startsWith(name));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const listed = (found.length > 0 ? found : all).slice(0, SHOWN_CANDIDATES).map((one) => `  ${labelOf(one)}`);
  const more = (found.length > 0 ? found : all).length - listed.length;
  const list = [
    ...listed,
    ...(more > 0 ? [`  ${t("… and {count, plural, one {# more} other {# more}}", { count: more })}`] : []),
  ].join("\n");
  const why =
    found.length > 0
      ? t("“{name}” could be any of these:", { name: wanted })
      : [NONE[what].unknown(wanted), ...(all.length === 0 ? [] : [t("These exist:")])].join(" ");
  throw new CommandError(list === "" ? why : `${why}\n${list}`, EXIT.notFound);
}

export async function chooseModel(wanted: string, reader: Reader): Promise<InstalledModel> {
  if (/[\\/]/u.test(wanted) && existsSync(wanted))
    throw new CommandError(
      t("“{file}” is a file. Add it to your models first: {command}", {
        file: wanted,
        command: `facet models import ${wanted}`,
      }),
      EXIT.notFound,
    );
  const { models } = valueOf(await reader.call("app.snapshot", undefined));
  return chooseByName("model", wanted, models, ({ name, fileName, id }) => [name, fileName, id]);
}

/** Also a GGUF file by its path, which is listed where it is stored. */
export async function chooseModelOrFile(wanted: string, application: ApplicationClient): Promise<InstalledModel> {
  const file = path.resolve(wanted);
  if (!isPath(wanted)) return chooseModel(wanted, application);
  if (existsSync(file)) return valueOf(await application.call("models.openFile", { path: file, load: false }));
  // The name of an installed model may end like a file's.
  return chooseModel(wanted, application).catch((error: unknown) => {
    throw error instanceof CommandError ? new CommandError(noFile(wanted), EXIT.notFound) : error;
  });
}

/** What is said of a path that leads nowhere. */
export function noFile(file: string): string {
  return t("There is no file “{file}”.", { file });
}

export function noFineTunes(): string {
  return t("No fine-tunes yet. Add one with: {command}", { command: "facet delta add FILE" });
}

function isPath(text: string): boolean {
  return /[\\/]|\.gguf$/iu.test(text);
}

export async function chooseDelta(wanted: string, reader: Reader): Promise<Delta> {
  const deltas = valueOf(await reader.call("deltas.list", undefined));
  return chooseByName("fine-tune", wanted, deltas, ({ name, id }) => [name, id]);
}

/** Case, blanks, underscores and hyphens do not tell names apart. */
function normalized(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/gu, "-");
}
