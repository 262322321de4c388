// Words that are made likelier or less likely, as rows that are being typed.
import { MAX_BIAS, type LogitBias } from "../../../../electron/contract/sampling";
import { readSpelledOut, spellOut } from "./stopTexts";

export interface BiasRow {
  /** Of this row on screen. */
  readonly id: string;
  /** As typed, with \n for a line break. */
  readonly text: string;
  readonly bias: number;
}

export type BiasChoice = "never" | "always" | "by";

export function biasRows(biases: readonly LogitBias[]): BiasRow[] {
  return biases.map(({ text, bias }, index) => ({ id: String(index), text: spellOut(text), bias }));
}

/** Rows without a text mean nothing. */
export function biasesOf(rows: readonly BiasRow[]): LogitBias[] {
  return rows.filter(({ text }) => text !== "").map(({ text, bias }) => ({ text: readSpelledOut(text), bias }));
}

export function choiceOf(bias: number): BiasChoice {
  if (bias <= -MAX_BIAS) return "never";
  return bias >= MAX_BIAS ? "always" : "by";
}

/** What a row has when it is chosen. */
export const biasOfChoice: Readonly<Record<BiasChoice, number>> = { never: -MAX_BIAS, always: MAX_BIAS, by: 1 };
