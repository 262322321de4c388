// What must hold after any end: what was shown as stored is there, nothing is half-written, nothing is left behind.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { dataPaths } from "../../electron/core/dataFolder";
import { sha256 } from "../hub/hubRepository";
import type { ApplicationProcess } from "./ApplicationProcess";
import { words, type CutAnswer, type Stored } from "./Ledger";

/** Codes of files that are not whole. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "model-unreadable",
  "model-not-gguf",
  "model-truncated",
  "model-damaged",
  "delta-damaged",
  "delta-changed",
  "delta-missing",
]);

/** Words of answers that were on screen for longer than promised, and are not stored. */
export function wordsLost(dataFolder: string, cut: readonly CutAnswer[], problems: string[]): number {
  if (cut.length === 0) return 0;
  const texts = storedTexts(dataFolder);
  let lost = 0;
  for (const { messageId, text } of cut) {
    const kept = texts.get(messageId);
    // Deleted with its chat, or its beginning.
    if (kept === undefined || kept.startsWith(text)) continue;
    const missing = text.startsWith(kept) ? words(text.slice(kept.length)) : words(text);
    lost += missing;
    problems.push(`${missing} words of an answer are lost: ${kept.length} of ${text.length} characters are stored`);
  }
  return lost;
}

export function checkChats(dataFolder: string, stored: Stored, problems: string[]): void {
  const database = new DatabaseSync(dataPaths(dataFolder).database, { readOnly: true });
  try {
    const titles = new Map(
      database
        .prepare("SELECT id, title FROM chats")
        .all()
        .map(({ id, title }) => [id, title]),
    );
    for (const [id, title] of stored.chats)
      if (titles.get(id) !== title)
        problems.push(`chat ${id} is ${titles.has(id) ? `named ${String(titles.get(id))}` : "gone"}`);
  } finally {
    database.close();
  }
  const texts = storedTexts(dataFolder);
  for (const [id, { text }] of stored.messages)
    if (texts.get(id) !== text) problems.push(`message ${id} is ${texts.has(id) ? "another text" : "gone"}`);
}

function storedTexts(dataFolder: string): Map<string, string> {
  const database = new DatabaseSync(dataPaths(dataFolder).database, { readOnly: true });
  try {
    return new Map(
      database
        .prepare("SELECT id, text FROM messages")
        .all()
        .map(({ id, text }) => [String(id), String(text)]),
    );
  } finally {
    database.close();
  }
}

export async function checkLists(application: ApplicationProcess, stored: Stored, problems: string[]): Promise<number> {
  let halfWritten = 0;
  const installed = await application.call("models.installed", undefined);
  if (installed?.ok) {
    const ids = new Set(installed.value.models.map(({ model }) => model.id));
    for (const [id, name] of stored.models) if (!ids.has(id)) problems.push(`model ${name} is gone`);
    for (const { model } of installed.value.models)
      if (model.failure !== null && UNREADABLE.has(model.failure.code)) {
        halfWritten += 1;
        problems.push(`model ${model.fileName} cannot be read: ${model.failure.code}`);
      }
  }
  const deltas = await application.call("deltas.list", undefined);
  if (deltas?.ok) {
    const names = new Map(deltas.value.map(({ id, name }) => [id, name]));
    for (const [id, name] of stored.deltas)
      if (names.get(id) !== name) problems.push(`fine-tune ${name} is gone or renamed`);
    for (const { name, failure } of deltas.value)
      if (failure !== null && UNREADABLE.has(failure.code)) {
        halfWritten += 1;
        problems.push(`fine-tune ${name} cannot be read: ${failure.code}`);
      }
  }
  const snapshot = await application.call("app.snapshot", undefined);
  if (snapshot?.ok && snapshot.value.settings.theme !== stored.theme)
    problems.push(`the theme is ${snapshot.value.settings.theme}, and was ${stored.theme}`);
  return halfWritten;
}

/** Copies that were said to be made: each content is there. */
export function checkCopies(dataFolder: string, stored: Stored, problems: string[]): void {
  const folder = dataPaths(dataFolder).models;
  const contents = new Set(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".gguf"))
      .map((name) => sha256(readFileSync(path.join(folder, name)))),
  );
  for (const [content, name] of stored.copies)
    if (!contents.has(content)) problems.push(`the copy of ${name} was said to be made, and is nowhere`);
}

/** After all work has ended and the application was closed. */
export function leftBehind(dataFolder: string): string[] {
  return readdirSync(dataFolder, { recursive: true, encoding: "utf8" })
    .filter((name) =>
      /\.(?:facet-part|tmp|part)(?:$|\.)|engine-state[\\/].|fetched[\\/].|\.(?:imports|downloads)[\\/]./u.test(name),
    )
    .map((name) => path.normalize(name));
}
