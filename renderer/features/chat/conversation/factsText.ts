// The measured facts of an answer, as words.
import type { AnswerFacts } from "../../../../electron/contract/chat";
import { formatCount, formatSpeed } from "../../../app/quantities";

/** "58 tokens · 0.24 s to first · 64 tokens/s"; what was not measured is left out. */
export function factsLine(facts: AnswerFacts): string {
  return [
    formatTokens(facts.answerTokens),
    facts.timeToFirstTokenMs === null ? null : `${formatSeconds(facts.timeToFirstTokenMs)} to first`,
    facts.decodeTokensPerSecond === null ? null : formatSpeed(facts.decodeTokensPerSecond),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

export function formatTokens(tokens: number): string {
  return tokens === 1 ? "1 token" : `${formatCount(tokens)} tokens`;
}

/** 240 → "0.24 s", 12_340 → "12.3 s", 125_000 → "2 min 5 s". */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Every fact with its name, for the details. */
export function factsTable(facts: AnswerFacts): readonly (readonly [name: string, value: string])[] {
  const cached = facts.cachedTokens > 0 ? `, ${formatCount(facts.cachedTokens)} of them kept from before` : "";
  return [
    ["Model", facts.modelName],
    ["Read", `${formatTokens(facts.promptTokens)}${cached}`],
    ...(facts.prefillTokensPerSecond === null ? [] : ([["Reading speed", formatSpeed(facts.prefillTokensPerSecond)]] as const)),
    ...(facts.timeToFirstTokenMs === null ? [] : ([["Time to first token", formatSeconds(facts.timeToFirstTokenMs)]] as const)),
    ["Written", formatTokens(facts.answerTokens)],
    ...(facts.decodeTokensPerSecond === null ? [] : ([["Writing speed", formatSpeed(facts.decodeTokensPerSecond)]] as const)),
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
