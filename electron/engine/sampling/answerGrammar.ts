// Makes what an answer must be like into a grammar that sampling follows. Engine process.
import { LlamaGrammarEvaluationState, type LlamaModel } from "node-llama-cpp";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { Because, StructureReason } from "../../contract/failureReasons";
import type { AnswerStructure } from "../../contract/sampling";
import { findGrammarMistake } from "../../contract/structure/findGrammarMistake";
import { readAnswerSchema } from "../../contract/structure/readAnswerSchema";

/** A new state for each answer. Failure: structure-invalid, which says what is wrong. */
export async function answerGrammar(
  structure: AnswerStructure | undefined,
  model: LlamaModel,
): Promise<Outcome<LlamaGrammarEvaluationState | undefined>> {
  if (structure === undefined) return succeed(undefined);
  const { kind } = structure;
  const written = grammarText(structure);
  if ("mistake" in written) return fail("structure-invalid", { kind, ...written.mistake });
  try {
    const grammar = await model.llama.createGrammar({ grammar: written.grammar });
    return succeed(new LlamaGrammarEvaluationState({ model, grammar }));
  } catch (error) {
    return fail("structure-invalid", { kind }, error);
  }
}

function grammarText(structure: AnswerStructure): { grammar: string } | { mistake: Because<StructureReason> } {
  if (structure.kind === "grammar") {
    const mistake = findGrammarMistake(structure.grammar);
    return mistake === null ? { grammar: structure.grammar } : { mistake };
  }
  const reading = readAnswerSchema(structure.schema);
  return reading.ok ? { grammar: reading.grammar } : { mistake: reading.mistake };
}
