// How much the texts of the open chat may hold, as things are now.
import { MAX_MESSAGE_CHARACTERS } from "../../../../electron/contract/chat";
import {
  MAX_STRUCTURE_CHARACTERS,
  MAX_SYSTEM_PROMPT_CHARACTERS,
  MAX_TOOLS_CHARACTERS,
} from "../../../../electron/contract/sampling";
import { contextSizeNow } from "../composer/contextUse";
import { chatSettings } from "../chatSettings";
import { guessTokens } from "./countTokens";
import type { Limits } from "./fits";

/** Kept for an answer as the engine does it (engine/PromptWriter.ts), so that a beginning gets one of the usual length. */
const ANSWER_TOKENS = 1024;
const ANSWER_SHARE = 1 / 4;
/** All of them, as the contract allows so many and each so long. */
const MAX_STOP_TEXTS_CHARACTERS = 16 * 200;
/** What a chat template adds. */
const TEMPLATE_TOKENS = 64;

export function messageLimits(): Limits {
  const { systemPrompt } = chatSettings();
  return limits(MAX_MESSAGE_CHARACTERS, systemPrompt === "" ? 0 : guessTokens(systemPrompt));
}

export function systemPromptLimits(): Limits {
  return limits(MAX_SYSTEM_PROMPT_CHARACTERS, 0);
}

export function toolsLimits(): Limits {
  return limits(MAX_TOOLS_CHARACTERS, 0);
}

export function structureLimits(): Limits {
  return limits(MAX_STRUCTURE_CHARACTERS, 0);
}

export function stopTextsLimits(): Limits {
  return limits(MAX_STOP_TEXTS_CHARACTERS, 0);
}

/** Of a text that does not become part of what the model reads. */
export function ownLimits(maxCharacters: number): Limits {
  return { maxCharacters, contextTokens: null, reservedTokens: 0 };
}

function limits(maxCharacters: number, besideTokens: number): Limits {
  const contextTokens = contextSizeNow();
  const answerTokens = Math.floor(Math.min(ANSWER_TOKENS, (contextTokens ?? 0) * ANSWER_SHARE));
  return { maxCharacters, contextTokens, reservedTokens: answerTokens + TEMPLATE_TOKENS + besideTokens };
}
