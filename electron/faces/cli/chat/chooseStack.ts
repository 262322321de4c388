// Which fine-tunes answer: NAME or NAME@SCALE each.
import { withMissingDetails } from "../../../contract/failureDetails";
import { isScaleOf, scaleRange } from "../../../contract/deltaKinds";
import { MAX_STACK_DELTAS, type Stack, type StackEntry } from "../../../contract/deltas";
import type { InstalledModel } from "../../../contract/model";
import { t } from "../../../words/language";
import { CommandError, EXIT } from "../CommandError";
import type { Reader } from "../CommandContext";
import { chooseDelta } from "../chooseByName";
import { errorOf, valueOf } from "../useOutcome";

export type ChosenStack = readonly StackEntry[];

/** Throws when a name means none or several, when a scale is impossible, and when one does not go with the model. */
export async function chooseStack(
  wanted: readonly string[],
  model: Pick<InstalledModel, "id">,
  reader: Reader,
): Promise<ChosenStack> {
  if (wanted.length > MAX_STACK_DELTAS)
    throw new CommandError(
      t("At most {count, plural, one {# fine-tune} other {# fine-tunes}} can answer together.", {
        count: MAX_STACK_DELTAS,
      }),
      EXIT.wrongUse,
    );
  const stack: StackEntry[] = [];
  for (const text of wanted) {
    const { name, scale } = split(text);
    const { id, hue, name: full, facts } = await chooseDelta(name, reader);
    if (!isScaleOf(facts.kind, scale)) {
      const { min, max } = scaleRange(facts.kind);
      throw new CommandError(
        t("“{text}”: a scale is a number from {min} to {max}, as in {example}", {
          text,
          min: String(min),
          max: String(max),
          example: `${name}@0.5`,
        }),
        EXIT.wrongUse,
      );
    }
    if (stack.some(({ deltaId }) => deltaId === id))
      throw new CommandError(t("“{name}” is named twice.", { name: full }), EXIT.wrongUse);
    stack.push({ deltaId: id, name: full, hue, kind: facts.kind, scale });
  }
  if (stack.length === 0) return stack;
  const { deltas } = valueOf(await reader.call("deltas.forModel", { modelId: model.id }));
  for (const { deltaId, name } of stack) {
    const refusal = deltas.find(({ delta }) => delta.id === deltaId)?.failure;
    if (refusal) throw errorOf(withMissingDetails(refusal, { delta: name }));
  }
  return stack;
}

export function toStack(stack: ChosenStack): Stack {
  return stack.map(({ deltaId, scale }) => ({ deltaId, scale }));
}

/** "Pirate + Poet@0.5", as it is typed in each language; "" for the base alone. */
export function stackName(stack: ChosenStack): string {
  return stack.map(({ name, scale }) => (scale === 1 ? name : `${name}@${scale}`)).join(" + "); // not translated
}

function split(text: string): { name: string; scale: number } {
  const found = /^(?<name>.+)@(?<scale>[^@]*)$/u.exec(text)?.groups;
  if (found === undefined) return { name: text, scale: 1 };
  const { name = "", scale: factor = "" } = found;
  return { name, scale: factor.trim() === "" ? Number.NaN : Number(factor) };
}
