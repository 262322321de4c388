// What stands above and below a column: who answered, as what, how fast, and how much of the fine-tune it is.
import type { Message } from "../../../../electron/contract/chat";
import type { Delta, NamedStack } from "../../../../electron/contract/deltas";
import type { LoadedModel } from "../../../../electron/contract/model";
import { formatBytes, formatList, formatPercent, formatSpeed } from "../../../../electron/words/quantities";
import { kindWords, stackName } from "../../deltas/stackWords";
import { t } from "../../../../electron/words/language";

/** A single fine-tune's strength stands in its pill. */
export function columnName(stack: NamedStack): string {
  return stack.length === 1 ? (stack[0]?.name ?? "") : stackName(stack);
}

/** "SmolLM2 · Q4_1", "1-bit · 130 MB", "LoRA 0.8", "2 fine-tunes"; null = nothing is known. */
export function columnPill(
  { stack, facts }: Pick<Message, "stack" | "facts">,
  library: readonly Delta[],
  loaded: LoadedModel | null,
): string | null {
  const [first] = stack;
  if (stack.length > 1) return t("{count, plural, one {# fine-tune} other {# fine-tunes}}", { count: stack.length });
  if (first !== undefined) {
    const delta = library.find(({ id }) => id === first.deltaId);
    return delta === undefined ? kindWords(first) : `${kindWords(first)} · ${formatBytes(delta.sizeBytes)}`;
  }
  if (loaded === null || (facts !== null && facts.modelId !== loaded.modelId)) return facts?.modelName ?? null;
  return loaded.quantization === null ? loaded.name : `${loaded.name} · ${loaded.quantization}`;
}

/** "52 tokens/s · 96 % of the fine-tune kept". What was kept is measured for one fine-tune as strong as it was made. */
export function columnFacts({ stack, facts }: Pick<Message, "stack" | "facts">, library: readonly Delta[]): string {
  const [first] = stack;
  const delta = stack.length === 1 && first?.scale === 1 ? library.find(({ id }) => id === first.deltaId) : undefined;
  const fidelity = delta?.facts.fidelity ?? null;
  return [
    facts === null || facts.decodeTokensPerSecond === null ? null : formatSpeed(facts.decodeTokensPerSecond),
    fidelity === null ? null : t("{percent} of the fine-tune kept", { percent: formatPercent(fidelity) }),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

/** "Side by side: Base, SQL and Plain words". */
export function comparisonHeading(stacks: readonly NamedStack[]): string {
  return t("Side by side: {names}", { names: formatList(stacks.map(stackName)) });
}
