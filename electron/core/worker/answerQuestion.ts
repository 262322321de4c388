// Answers what the worker is asked. Any thread.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { type ChatCounts, countChats } from "../chats/chatCounts";
import { connectDatabase, copyDatabase, type Database } from "../chats/database";
import { databaseFailure, sqliteCode } from "../chats/databaseFailure";
import { LATEST_VERSION } from "../chats/migrate";
import { salvageDatabase } from "../chats/salvage/salvageDatabase";
import { checkContent, checkHeader, checkSchema, DamageFound } from "../chats/soundness";
import { errnoOf, saveFailure } from "../fileFailure";
import { hubReaders } from "../hub/readHubAnswer";
import { variantsOf } from "../hub/variants";
import type { Question } from "./questions";

export async function answerQuestion(question: Question): Promise<Outcome<unknown>> {
  try {
    switch (question.kind) {
      case "salvage":
        return succeed(salvageDatabase(question.damaged, question.target));
      case "copy":
        await copyDatabase(question.source, question.target);
        return succeed(undefined);
      case "check":
        return check(question.file);
      case "count":
        return succeed(question.files.map(countIn));
      case "hub-search":
      case "hub-model":
      case "hub-files":
        return hubReaders[question.kind](question.body);
      case "hub-variants":
        return succeed(variantsOf(question.files));
    }
  } catch (error) {
    if (error instanceof DamageFound) return fail("database-damaged", undefined, error);
    if (errnoOf(error) !== null) return { ok: false, failure: saveFailure(error) };
    if (sqliteCode(error) !== null) return { ok: false, failure: databaseFailure(error) };
    throw error;
  }
}

function check(file: string): Outcome<undefined> {
  checkHeader(file);
  return withDatabase(file, (database) => {
    // A copy is of the kind that has a log beside it, as the original is.
    database.execute("PRAGMA journal_mode = DELETE");
    const version = Number(database.values("user_version", "pragma_user_version")[0]);
    if (version > LATEST_VERSION) return fail("database-newer");
    checkSchema(database, version);
    checkContent(database);
    return succeed(undefined);
  });
}

function countIn(file: string): ChatCounts | null {
  try {
    return withDatabase(file, countChats);
  } catch {
    return null;
  }
}

function withDatabase<Value>(file: string, work: (database: Database) => Value): Value {
  const database = connectDatabase(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}
