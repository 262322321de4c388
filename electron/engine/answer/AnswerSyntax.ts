// How a model writes the parts of an answer, found out from its chat template and its vocabulary. Engine and fit process.
import type { Vocabulary } from "../template/Vocabulary";
import { findCallSyntax, type CallSyntax } from "./callSyntax";
import { elementsOf, markControls } from "./controlText";
import { Pattern } from "./Pattern";
import { Probes, type ProbedTemplate } from "./probes";
import { findThoughtSyntax, type AroundText } from "./thoughtSyntax";

export interface ThoughtSyntax {
  /** null: it begins with the answer itself, or the prompt has begun it. */
  open: Pattern | null;
  close: Pattern;
  /** What stands between a thought and the answer, to be written in the model's place: "\n</think>\n\n". */
  toAnswer: string;
}

/** OpenAI's harmony: each section has a head of several words in any order, up to a token. */
export interface HeadSyntax {
  /** "<|channel|>" */
  start: Pattern;
  /** "<|message|>" */
  end: Pattern;
  /** In the heads of thoughts: "analysis". */
  thoughtWord: string;
}

export interface AnswerSyntax {
  /** By the model's own template or vocabulary. */
  thoughts: readonly ThoughtSyntax[];
  /** The template itself shows that the model thinks. */
  thinks: boolean;
  /** Around the answer proper, where something is. */
  textOpen: Pattern | null;
  textCloses: readonly Pattern[];
  /** What begins the model's turn again between two sections: "<|start|>assistant". */
  turnHead: Pattern | null;
  /** What begins somebody's turn, where that is no control token. */
  turnStarts: readonly Pattern[];
  heads: HeadSyntax | null;
  calls: CallSyntax | null;
}

/** Of a model of which nothing is known. */
export const plainAnswers: AnswerSyntax = {
  thoughts: [],
  thinks: false,
  textOpen: null,
  textCloses: [],
  turnHead: null,
  turnStarts: [],
  heads: null,
  calls: null,
};

export function findAnswerSyntax(template: ProbedTemplate, vocabulary: Vocabulary): AnswerSyntax {
  const probes = new Probes(template);
  const mark = (text: string) => markControls(text, (token) => vocabulary.isControl(token));
  const around = findThoughtSyntax(probes, template.source, vocabulary, mark);
  return {
    ...around,
    turnStarts: findTurnStarts(mark(probes.betweenTurns()), around),
    calls: findCallSyntax(probes, around, template.source, vocabulary, mark),
  };
}

/** Spelled like control tokens, as "<|start|>" is, and not what closes an answer's sections. */
function findTurnStarts(betweenTurns: string, { thoughts, textCloses }: AroundText): Pattern[] {
  const closes = new Set([...thoughts.map(({ close }) => close.source), ...textCloses.map(({ source }) => source)]);
  const starts = elementsOf(betweenTurns)
    .filter(({ kind, text }) => kind === "tag" && !closes.has(text))
    .map(({ text }) => new Pattern(text));
  return starts.filter(({ isStrong }) => isStrong);
}
