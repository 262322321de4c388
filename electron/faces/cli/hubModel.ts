// A repository of the hub as a command line names it: hf:OWNER/NAME[:QUANT], or without hf: where only the hub can be meant.
import type { HubModel } from "../../contract/hub";
import { t } from "../../words/language";
import type { CommandContext, Reader } from "./CommandContext";
import { CommandError, EXIT } from "./CommandError";
import { readHubAddress, type HubAddress } from "./hubVariant";
import { untilCancelled } from "./untilCancelled";
import { valueOf } from "./useOutcome";

const LINK = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//iu;

/** null for what is none: then it may be an installed model. */
export function hubAddressIn(text: string): HubAddress | null {
  if (/^hf:/iu.test(text)) return readHubAddress(text);
  if (LINK.test(text)) {
    const [owner = "", name = ""] = text.replace(LINK, "").split("/");
    return readHubAddress(`hf:${owner}/${name}`);
  }
  // A path, not a name of the hub.
  if (/^(?:\.{1,2}|~)?\//u.test(text)) return null;
  return /^[\w.-]+\/[\w.-]+(?::.*)?$/u.test(text) ? readHubAddress(`hf:${text}`) : null;
}

/** For commands that mean the hub in any case. */
export function requireHubAddress(text: string): HubAddress {
  const address = hubAddressIn(text);
  if (address !== null) return address;
  throw new CommandError(
    t("“{text}” isn’t a model on Hugging Face. Write {form}, or find one with: {command}", {
      text,
      form: "OWNER/NAME",
      command: `facet models search ${text}`,
    }),
    EXIT.wrongUse,
  );
}

export async function readHubModel(
  { repository }: HubAddress,
  reader: Reader,
  { signal }: CommandContext,
): Promise<HubModel> {
  return valueOf(await untilCancelled(reader.call("hub.model", { repository, isFresh: true }), signal));
}
