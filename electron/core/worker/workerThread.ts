// Entry of the worker: one question, one answer, and its end. Built as .vite/build/worker.mjs.
import { parentPort, workerData } from "node:worker_threads";
import { throwRejections } from "../../files/endOnDefects";
import { answerQuestion } from "./answerQuestion";
import { Question } from "./questions";

throwRejections();
parentPort?.postMessage(await answerQuestion(Question.parse(workerData)));
