// The measured facts of an answer, as words.
import type { AnswerFacts } from "../../../../electron/contract/chat";
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { ModelId } from "../../../../electron/contract/ids";
import { t } from "../../../../electron/words/language";
import {
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatSeconds,
  formatSpeed,
} from "../../../../electron/words/quantities";
import { kindWords } from "../../deltas/stackWords";
import { answerFormatWords } from "../../model/formatWords";

/**
 * "58 tokens · 0.24 s to first token · 64 tokens/s", after a switch "1-bit · 58 tokens · switched in 0.1 ms · 52 tokens/s"; what was not
 * measured is left out. The model is named where it is not the one that is loaded.
 */
export function factsLine(facts: AnswerFacts, stack: NamedStack, loadedModelId: ModelId | null): string {
  const [first] = stack;
  return [
    loadedModelId === null || loadedModelId === facts.modelId ? null : facts.modelName,
    first === undefined || stack.length > 1 ? null : kindWords({ kind: first.kind }),
    formatTokens(facts.answerTokens),
    facts.deltaSwitchMs === null
      ? firstTokenWords(facts)
      : t("switched in {time}", { time: formatSwitch(facts.deltaSwitchMs) }),
    facts.decodeTokensPerSecond === null ? null : formatSpeed(facts.decodeTokensPerSecond),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

export function formatTokens(tokens: number): string {
  return t("{count, plural, one {# token} other {# tokens}}", { count: tokens });
}

function firstTokenWords({ timeToFirstTokenMs }: AnswerFacts): string | null {
  return timeToFirstTokenMs === null ? null : t("{time} to first token", { time: formatWait(timeToFirstTokenMs) });
}

/** 0.12 → "0.1 ms", 3.4 → "3.4 ms", 34 → "34 ms". */
export function formatSwitch(ms: number): string {
  if (ms < 0.05) return `< ${formatMs(0.1)}`;
  return formatMs(ms);
}

/** 240 → "0.24 s", 12_340 → "12.3 s", 125_000 → "2 min 5 s". */
export function formatWait(ms: number): string {
  const seconds = ms / 1000;
  if (seconds >= 99.95) return formatDuration(Math.round(seconds));
  return formatSeconds(seconds, seconds < 9.995 ? 2 : 1);
}

function formatMs(ms: number): string {
  return formatMilliseconds(ms, ms < 9.95 ? 1 : 0);
}

/** Every fact with its name, for the details. */
export function factsTable(facts: AnswerFacts, stack: NamedStack): readonly (readonly [name: string, value: string])[] {
  const row = (name: string, value: string | null) => (value === null ? [] : ([[name, value]] as const));
  return [
    ...row(t("Model"), facts.modelName),
    ...row(t("Format"), facts.format && answerFormatWords(facts.format)),
    ...stack.flatMap((entry) => row(t("Fine-tune"), `${entry.name} · ${kindWords(entry)}`)),
    ...row(t("Loaded into memory in"), formatted(facts.deltaLoadMs, formatLoad)),
    ...row(t("Switched in"), formatted(facts.deltaSwitchMs, formatSwitch)),
    ...row(t("Read@@tokens of the prompt"), promptWords(facts)),
    ...row(t("Reading speed"), formatted(facts.prefillTokensPerSecond, formatSpeed)),
    ...row(t("Time to first token"), formatted(facts.timeToFirstTokenMs, formatWait)),
    ...row(t("Written@@tokens of the answer"), formatTokens(facts.answerTokens)),
    ...row(t("Writing speed"), formatted(facts.decodeTokensPerSecond, formatSpeed)),
    ...row(t("Context used"), contextWords(facts.contextUsedTokens, facts.contextSizeTokens)),
    ...row(t("Ended"), endWords(facts.endReason)),
  ];
}

function formatted(value: number | null, format: (value: number) => string): string | null {
  return value === null ? null : format(value);
}

function formatLoad(ms: number): string {
  return ms < 1000 ? formatMs(Math.round(ms)) : formatWait(ms);
}

function promptWords({ promptTokens, cachedTokens }: AnswerFacts): string {
  if (cachedTokens === 0) return formatTokens(promptTokens);
  return t("{count, plural, one {# token} other {# tokens}}, {cached} of them already in memory", {
    count: promptTokens,
    cached: formatCount(cachedTokens),
  });
}

/** "2,043 of 8,192 tokens". */
export function contextWords(usedTokens: number, sizeTokens: number): string {
  return t("{used} of {size, plural, one {# token} other {# tokens}}", {
    used: formatCount(usedTokens),
    size: sizeTokens,
  });
}

function endWords(reason: AnswerFacts["endReason"]): string {
  switch (reason) {
    case "end":
      return t("The model finished");
    case "length":
      return t("Answer length limit reached");
    case "context":
      return t("Context full");
    case "stopped":
      return t("Stopped by you");
  }
}
