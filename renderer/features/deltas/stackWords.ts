// A stack of fine-tunes in words and as one hue. Renderer.
import type { NamedStack, StackEntry } from "../../../electron/contract/deltas";
import { t } from "../../../electron/words/language";
import { formatScale } from "../../../electron/words/quantities";
import { deltaKinds } from "../../../electron/words/deltaKinds";

/** Who speaks: "Base", "SQL", "SQL 0.8 + Plain words". */
export function stackName(stack: NamedStack): string {
  return stack.length === 0 ? t("Base") : stack.map(entryName).join(" + ");
}

function entryName({ name, scale }: StackEntry): string {
  return scale === 1 ? name : `${name} ${formatScale(scale)}`; // not translated
}

/** For `data-hue` (theme.css): the first one's; undefined = the base's grey. */
export function stackHue(stack: NamedStack): number | undefined {
  return stack[0]?.hue;
}

/** "1-bit" or "LoRA 0.8": the kind, and the strength where it is not as it was made. */
export function kindWords({ kind, scale = 1 }: { readonly kind: StackEntry["kind"]; readonly scale?: number }): string {
  const word = deltaKinds[kind].word();
  return scale === 1 ? word : `${word} ${formatScale(scale)}`; // not translated
}
