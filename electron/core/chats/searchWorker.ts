// The thread that searches the chats, with a connection of its own that only reads. Built as search.cjs; SearchThread.ts is its other side.
import { existsSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { SearchHit } from "../../contract/chat";
import { failure, succeed, type Outcome } from "../../contract/failure";
import { throwRejections } from "../../files/endOnDefects";
import { searchChats } from "./chatSearch";
import { BrokenOff, connectDatabase } from "./database";
import { FaultyRows } from "./FaultyRows";
import { databaseFailure } from "./databaseFailure";

export interface SearchRequest {
  id: number;
  file: string;
  query: string;
  nowMs: number;
}

export interface SearchAnswer {
  id: number;
  outcome: Outcome<SearchHit[]>;
}

/** The id of the newest request, which the other side writes: every other one is broken off. */
const newest = new Int32Array(workerData as SharedArrayBuffer);

/** The file is opened for each search: it may have been replaced by another one since. */
function search({ id, file, query, nowMs }: SearchRequest): Outcome<SearchHit[]> {
  const goesOn = () => Atomics.load(newest, 0) === id;
  if (!goesOn()) return { ok: false, failure: failure("request-cancelled") };
  if (!existsSync(file)) return succeed([]);
  try {
    const database = connectDatabase(file, { readOnly: true, goesOn });
    try {
      return succeed(searchChats(database, new FaultyRows(), query, nowMs));
    } finally {
      database.close();
    }
  } catch (error) {
    // SQLite's own error may stand for what a function of ours threw.
    if (error instanceof BrokenOff || !goesOn()) return { ok: false, failure: failure("request-cancelled") };
    return { ok: false, failure: databaseFailure(error) };
  }
}

throwRejections();
parentPort?.on("message", (request: SearchRequest) => {
  const answer: SearchAnswer = { id: request.id, outcome: search(request) };
  parentPort?.postMessage(answer);
});
