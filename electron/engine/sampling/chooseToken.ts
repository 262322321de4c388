// Chooses a token by its probability, in the order of llama.cpp's samplers (common/sampling.cpp). Engine process.
import type { Token } from "node-llama-cpp";
import type { Sampling } from "../../contract/sampling";

export type ChoosingSettings = Pick<
  Sampling,
  "topNSigma" | "topK" | "topP" | "minP" | "xtcProbability" | "xtcThreshold" | "temperature"
>;

interface Candidate {
  token: Token;
  /** Log of the probability: a logit up to a constant. */
  logit: number;
}

/**
 * `probabilities`: of all tokens at temperature 1, penalties applied. `random` gives numbers from 0 to below 1.
 * Top-n-sigma (arXiv 2411.07641) comes first and sees all of them: it measures how far they spread.
 */
export function chooseToken(
  probabilities: ReadonlyMap<Token, number>,
  settings: ChoosingSettings,
  random: () => number,
): Token {
  let candidates: Candidate[] = [];
  for (const [token, probability] of probabilities)
    if (probability > 0) candidates.push({ token, logit: Math.log(probability) });
  candidates.sort((one, other) => other.logit - one.logit);
  if (settings.topNSigma > 0) candidates = keepWithinSigma(candidates, settings.topNSigma);
  if (settings.topK > 0) candidates = candidates.slice(0, settings.topK);
  candidates = keepTopP(candidates, settings.topP);
  candidates = keepMinP(candidates, settings.minP);
  candidates = excludeTopChoices(candidates, settings, random);
  return draw(candidates, settings.temperature, random);
}

function keepWithinSigma(candidates: readonly Candidate[], sigmas: number): Candidate[] {
  const logits = candidates.map(({ logit }) => logit);
  const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
  const deviation = Math.sqrt(logits.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / logits.length);
  const least = (candidates[0]?.logit ?? 0) - sigmas * deviation;
  return candidates.filter(({ logit }) => logit >= least);
}

function keepTopP(candidates: Candidate[], topP: number): Candidate[] {
  if (topP >= 1) return candidates;
  const weights = softmax(candidates, 1);
  let sum = 0;
  const end = weights.findIndex((weight) => (sum += weight) >= topP);
  return candidates.slice(0, Math.max(1, end + 1));
}

function keepMinP(candidates: Candidate[], minP: number): Candidate[] {
  const least = (candidates[0]?.logit ?? 0) + Math.log(minP);
  return minP === 0 ? candidates : candidates.filter(({ logit }) => logit >= least);
}

/** At times the likeliest go, all but the last one above the threshold. */
function excludeTopChoices(
  candidates: Candidate[],
  { xtcProbability, xtcThreshold }: ChoosingSettings,
  random: () => number,
): Candidate[] {
  if (xtcProbability === 0 || random() >= xtcProbability) return candidates;
  const above = softmax(candidates, 1).filter((weight) => weight >= xtcThreshold).length;
  return above < 2 ? candidates : candidates.slice(above - 1);
}

function draw(candidates: readonly Candidate[], temperature: number, random: () => number): Token {
  const weights = softmax(candidates, temperature);
  let left = random();
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  const chosen = candidates[index === -1 ? candidates.length - 1 : index];
  if (chosen === undefined) throw new Error("no token has a probability");
  return chosen.token;
}

/** Of candidates with the likeliest first. */
function softmax(candidates: readonly Candidate[], temperature: number): number[] {
  const highest = candidates[0]?.logit ?? 0;
  const weights = candidates.map(({ logit }) => Math.exp((logit - highest) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Mulberry32: the same numbers for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
