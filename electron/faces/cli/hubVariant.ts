// What of the hub a command line means: hf:OWNER/NAME, with :FILE where a repository holds more than one that would do.
import { RepositoryName, type HubModel, type HubVariant } from "../../contract/hub";
import { t } from "../../words/language";
import { formatBytes } from "../../words/quantities";
import { CommandError, EXIT } from "./CommandError";

export interface HubAddress {
  readonly repository: RepositoryName;
  /** A file's path in the repository, or a quantization: "Q8_0". */
  readonly file: string | null;
}

const PREFIX = /^hf:/iu;

/** null for what does not begin with hf:. Throws for one that names no repository. */
export function readHubAddress(text: string): HubAddress | null {
  if (!PREFIX.test(text)) return null;
  const [name = "", ...rest] = text.replace(PREFIX, "").split(":");
  const repository = RepositoryName.safeParse(name);
  if (!repository.success)
    throw new CommandError(
      t("“{text}” isn’t a repository on Hugging Face. Write {form} or {longForm}.", {
        text,
        form: "hf:OWNER/NAME",
        longForm: "hf:OWNER/NAME:FILE",
      }),
      EXIT.wrongUse,
    );
  const file = rest.join(":");
  return { repository: repository.data, file: file === "" ? null : file };
}

/** The only one that is meant. Throws with exit code 3 when that is none, or more than one. `isWanted`: of those that no FILE names. */
export function chooseVariant(
  { summary, variants }: HubModel,
  file: string | null,
  isWanted: (variant: HubVariant) => boolean,
): HubVariant {
  const wanted = file?.toLowerCase();
  const found = variants.filter((variant) =>
    wanted === undefined
      ? isWanted(variant)
      : variant.id.toLowerCase() === wanted ||
        (!variant.isNamedDraft && variant.quantization?.toLowerCase() === wanted),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const listed = found.length > 0 ? found : variants;
  const { repository } = summary;
  const list = listed.map(({ id, sizeBytes }) => `\n  hf:${repository}:${id}  (${formatBytes(sizeBytes)})`).join("");
  throw new CommandError(
    found.length > 0
      ? `${t("Several files of “{repository}” fit. Name one:", { repository })}${list}`
      : [missing(repository, file), ...(list === "" ? [] : [`${t("It contains:")}${list}`])].join(" "),
    EXIT.notFound,
  );
}

function missing(repository: string, file: string | null): string {
  return file === null
    ? t("“{repository}” contains no suitable file.", { repository })
    : t("“{repository}” contains no file “{file}”.", { repository, file });
}
