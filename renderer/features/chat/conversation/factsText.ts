// The measured facts of an answer, as words.
import type { AnswerFacts } from "../../../../electron/contract/chat";
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { ModelId } from "../../../../electron/contract/ids";
import { formatCount, formatSpeed } from "../../../../electron/words/quantities";
import { kindWords } from "../../deltas/stackWords";
import { answerFormatWords } from "../../model/formatWords";

/**
 * "58 tokens · 0.24 s to first · 64 tokens/s", after a switch "1-bit · 58 tokens · switched in 0.1 ms · 52 tokens/s"; what was not
 * measured is left out. The model is named where it is not the one that is loaded.
 */
export function factsLine(facts: AnswerFacts, stack: NamedStack, loadedModelId: ModelId | null): string {
  const [first] = stack;
  return [
    loadedModelId === null || loadedModelId === facts.modelId ? null : facts.modelName,
    first === undefined || stack.length > 1 ? null : kindWords({ kind: first.kind }),
    formatTokens(facts.answerTokens),
    facts.deltaSwitchMs === null ? firstTokenWords(facts) : `switched in ${formatSwitch(facts.deltaSwitchMs)}`,
    facts.decodeTokensPerSecond === null ? null : formatSpeed(facts.decodeTokensPerSecond),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

export function formatTokens(tokens: number): string {
  return tokens === 1 ? "1 token" : `${formatCount(tokens)} tokens`;
}

function firstTokenWords({ timeToFirstTokenMs }: AnswerFacts): string | null {
  return timeToFirstTokenMs === null ? null : `${formatSeconds(timeToFirstTokenMs)} to first`;
}

/** 0.12 → "0.1 ms", 3.4 → "3.4 ms", 34 → "34 ms". */
export function formatSwitch(ms: number): string {
  if (ms < 0.05) return "less than 0.1 ms";
  return ms < 9.95 ? `${ms.toFixed(1)} ms` : `${formatCount(ms)} ms`;
}

/** 240 → "0.24 s", 12_340 → "12.3 s", 125_000 → "2 min 5 s". */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${formatCount(ms)} ms` : formatSeconds(ms);
}

/** Every fact with its name, for the details. */
export function factsTable(facts: AnswerFacts, stack: NamedStack): readonly (readonly [name: string, value: string])[] {
  const cached = facts.cachedTokens > 0 ? `, ${formatCount(facts.cachedTokens)} of them kept from before` : "";
  return [
    ["Model", facts.modelName],
    ...(facts.format === null ? [] : ([["Format", answerFormatWords(facts.format)]] as const)),
    ...stack.map((entry) => ["Fine-tune", `${entry.name} · ${kindWords(entry)}`] as const),
    ...(facts.deltaLoadMs === null ? [] : ([["Brought into memory in", formatMs(facts.deltaLoadMs)]] as const)),
    ...(facts.deltaSwitchMs === null ? [] : ([["Switched in", formatSwitch(facts.deltaSwitchMs)]] as const)),
    ["Read", `${formatTokens(facts.promptTokens)}${cached}`],
    ...(facts.prefillTokensPerSecond === null
      ? []
      : ([["Reading speed", formatSpeed(facts.prefillTokensPerSecond)]] as const)),
    ...(facts.timeToFirstTokenMs === null
      ? []
      : ([["Time to first token", formatSeconds(facts.timeToFirstTokenMs)]] as const)),
    ["Written", formatTokens(facts.answerTokens)],
    ...(facts.decodeTokensPerSecond === null
      ? []
      : ([["Writing speed", formatSpeed(facts.decodeTokensPerSecond)]] as const)),
    ["Context used", `${formatCount(facts.contextUsedTokens)} of ${formatCount(facts.contextSizeTokens)} tokens`],
    ["Ended", endWords(facts.endReason)],
  ];
}

function endWords(reason: AnswerFacts["endReason"]): string {
  switch (reason) {
    case "end":
      return "The model was done";
    case "length":
      return "Longest answer reached";
    case "context":
      return "Context full";
    case "stopped":
      return "Stopped by you";
  }
}
