// Entry of the worker: one question, one answer, and its end. Built as .vite/build/worker.mjs.
import { parentPort, workerData } from "node:worker_threads";
import { answerQuestion } from "./answerQuestion";
import { Question } from "./questions";

parentPort?.postMessage(await answerQuestion(Question.parse(workerData)));
