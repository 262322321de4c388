// Writes the task's questions as token ids of a model, for the training that runs elsewhere (train.py). Developer script:
// `node scripts/run.mjs bench/fineTune/writeTokens.ts MODEL.gguf FOLDER`
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { getLlama } from "node-llama-cpp";
import {
  ANSWER_END,
  promptOf,
  taskQuestions,
  testQuestions,
  TRAIN_SEED,
  TRAINED_QUESTIONS,
  type TaskQuestion,
} from "./taskQuestions";

const TEST_COUNT = 400;

const [modelPath, folder] = process.argv.slice(2);
if (modelPath === undefined || folder === undefined)
  throw new Error("Usage: node scripts/run.mjs bench/fineTune/writeTokens.ts MODEL.gguf FOLDER");

const llama = await getLlama({ build: "never", gpu: false });
const model = await llama.loadModel({ modelPath, vocabOnly: true });

function tokens(question: TaskQuestion): { prompt: number[]; answer: number[] } {
  const beginning = model.tokens.bos === null ? [] : [model.tokens.bos];
  return {
    prompt: [...beginning, ...model.tokenize(promptOf(question), true)],
    answer: [...model.tokenize(question.answer, false), ...model.tokenize(ANSWER_END, true)],
  };
}

const train = taskQuestions(TRAIN_SEED, TRAINED_QUESTIONS);
await mkdir(folder, { recursive: true });
await writeFile(path.join(folder, "train.json"), JSON.stringify(train.map(tokens)));
await writeFile(path.join(folder, "test.json"), JSON.stringify(testQuestions(train, TEST_COUNT).map(tokens)));
await model.dispose();
await llama.dispose();
