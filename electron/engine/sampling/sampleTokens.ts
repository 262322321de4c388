// Evaluates a prompt and samples token after token, as a chat's settings say. Engine process.
import {
  TokenBias,
  type LlamaContextSequence,
  type LlamaGrammarEvaluationState,
  type LlamaModel,
  type SequenceEvaluateOptions,
  type Token,
} from "node-llama-cpp";
import type { ChatSettings, LogitBias, Sampling } from "../../contract/sampling";
import { chooseToken, randomNumbers } from "./chooseToken";
import { endingAtDeadEnds } from "./deadEnds";

/** sampling.ts: the penalties look back over so many tokens. Of the answer: template tokens must stay likely. */
const PENALTY_TOKENS = 64;
/** DRY looks back over so many. */
const DRY_TOKENS = 1024;
/** llama.cpp takes this seed for "choose one at random". */
const RANDOM_SEED_MARK = 0xffff_ffff;
/** Rules a token out. */
const NEVER_BIAS = -100;

export interface SampleRequest {
  model: LlamaModel;
  sampling: Sampling;
  settings: Pick<ChatSettings, "seed" | "logitBias">;
  /** What is written so far; read before each token. */
  answerTokens: readonly Token[];
  /** What may come next; undefined where anything may. */
  grammar: () => LlamaGrammarEvaluationState | undefined;
  /** Whether there is one for any part of the answer. */
  hasGrammar: boolean;
}

/** Absent fields follow the model. */
export function mergeSampling(defaults: Sampling, chosen: ChatSettings["sampling"]): Sampling {
  const set = Object.entries(chosen).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}

/**
 * Yields each sampled token, end tokens too. Throws NoTokenFits where a grammar leads nowhere. What is passed to `next` is evaluated in place of the token that was yielded.
 * With top-n-sigma, which llama.cpp's samplers in node-llama-cpp lack, all probabilities come here and the token is chosen here.
 */
export async function* sampleTokens(
  sequence: LlamaContextSequence,
  prompt: Token[],
  request: SampleRequest,
): AsyncGenerator<Token, void, void | Token[]> {
  const { sampling, settings, hasGrammar } = request;
  const seed = Math.min(settings.seed ?? Math.floor(Math.random() * RANDOM_SEED_MARK), RANDOM_SEED_MARK - 1);
  const options = evaluateOptions(request, seed);
  // A grammar follows the token that the library chose: there the library chooses.
  if (hasGrammar) return yield* endingAtDeadEnds(sequence, sequence.evaluate(prompt, options));
  if (sampling.topNSigma === 0 || sampling.temperature === 0) return yield* sequence.evaluate(prompt, options);
  const random = randomNumbers(seed);
  const { xtc: _xtc, ...penalties } = options;
  const run = sequence.evaluateWithMetadata(
    prompt,
    { probabilities: true },
    { ...penalties, temperature: 1, topK: 0, topP: 1, minP: 0 },
  );
  try {
    for (let step = await run.next(); step.done !== true;) {
      const token = chooseToken(step.value.probabilities, sampling, random);
      const replacement = yield token;
      step = await run.next(replacement ?? token);
    }
  } finally {
    await run.return();
  }
}

function evaluateOptions(
  { model, sampling, settings, answerTokens, grammar, hasGrammar }: SampleRequest,
  seed: number,
): SequenceEvaluateOptions {
  const {
    temperature,
    topP,
    topK,
    minP,
    repeatPenalty,
    presencePenalty,
    frequencyPenalty,
    dryMultiplier,
    dryBase,
    dryAllowedLength,
  } = sampling;
  return {
    temperature,
    topP,
    topK,
    minP,
    seed,
    // Our own check ends the answer, so that the end token is not counted and no second check is made.
    yieldEogToken: true,
    ...(repeatPenalty === 1 && presencePenalty === 0 && frequencyPenalty === 0
      ? {}
      : {
          repeatPenalty: {
            penalty: repeatPenalty,
            presencePenalty,
            frequencyPenalty,
            maxPunishTokens: PENALTY_TOKENS,
            punishTokens: () => answerTokens.slice(-PENALTY_TOKENS),
          },
        }),
    ...(dryMultiplier === 0
      ? {}
      : {
          dryRepeatPenalty: {
            strength: dryMultiplier,
            base: dryBase,
            allowedLength: dryAllowedLength,
            lastTokens: DRY_TOKENS,
          },
        }),
    ...(sampling.xtcProbability === 0
      ? {}
      : { xtc: { probability: sampling.xtcProbability, threshold: sampling.xtcThreshold } }),
    ...(settings.logitBias === undefined || settings.logitBias.length === 0
      ? {}
      : { tokenBias: tokenBias(model, settings.logitBias) }),
    ...(hasGrammar ? { grammarEvaluationState: grammar } : {}),
  };
}

/** A word has other tokens behind a space than at the start of a text: both are meant. */
function tokenBias(model: LlamaModel, biases: readonly LogitBias[]): TokenBias {
  const result = TokenBias.for(model);
  for (const { text, bias } of biases) {
    const tokens = new Set(
      [text, ` ${text.trimStart()}`].flatMap((spelling) => model.tokenize(spelling, false, "trimLeadingSpace")),
    );
    for (const token of tokens) result.set(token, bias <= NEVER_BIAS ? "never" : { logit: bias });
  }
  return result;
}
