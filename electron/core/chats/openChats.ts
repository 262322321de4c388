// Opens the chats so that whatever happened to their file, there are some to work with and nothing is lost: what a damaged one still holds
// is taken over into a new one, and it is kept.
import { statSync } from "node:fs";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { requireRoom } from "../../files/room";
import { errnoOf, saveFailure } from "../fileFailure";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import { type ChatCounts, countChats } from "./chatCounts";
import { ChatStore } from "./ChatStore";
import { openChatDatabase } from "./openChatDatabase";
import { decideReplacement, discardPart, finishReplacement, moveAside, newPart, timeInName } from "./replaceDatabase";

export interface OpenChatsOptions {
  file: string;
  now: () => number;
  unfinished: UnfinishedFiles;
  /** Fills the empty file `target` with what can be read of `damaged`. */
  salvage: (damaged: string, target: string) => Promise<Outcome<ChatCounts>>;
  /** Called before a salvage, which may take a while. */
  onDamage?: (cause: string) => void;
  /** Why nothing could be salvaged; the damaged file is kept all the same. */
  onSalvageFailed?: (error: unknown) => void;
}

export interface OpenedChats {
  chats: ChatStore;
  /** Answers that a dead app had left half-written. */
  interruptedAnswers: number;
  /** null = the file was sound. */
  damaged: { movedTo: string; kept: ChatCounts } | null;
}

/** Failures: "database-newer" (left as it is), "disk-full", "data-folder-unusable". */
export async function openChats(options: OpenChatsOptions): Promise<Outcome<OpenedChats>> {
  const { file } = options;
  const folder = path.dirname(file);
  let movedTo: string;
  try {
    // Of a salvage that an end of the program came between.
    const opened = open(options, await finishReplacement(file));
    if (opened.ok || opened.failure.code !== "database-damaged") return opened;
    options.onDamage?.(opened.failure.cause ?? "");
    const replaced = await replaceDamaged(options);
    if (!replaced.ok) return replaced;
    movedTo = replaced.value;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    const failure = saveFailure(error, { folder });
    return failure.code === "disk-full" ? { ok: false, failure } : fail("data-folder-unusable", { folder }, error);
  }
  const again = open(options, movedTo);
  return again.ok || again.failure.code !== "database-damaged"
    ? again
    : fail("data-folder-unusable", { folder }, again.failure.cause);
}

/** With the first that is asked of it: damage that no check has found may be there. */
function open({ file, now }: OpenChatsOptions, movedTo: string | null): Outcome<OpenedChats> {
  const opened = openChatDatabase(file);
  if (!opened.ok) return opened;
  const chats = new ChatStore(opened.value, now);
  const recovered = chats.recover();
  if (!recovered.ok) {
    chats.close();
    return recovered;
  }
  const listed = chats.listChats();
  if (!listed.ok) {
    chats.close();
    return listed;
  }
  const damaged = movedTo === null ? null : { movedTo, kept: countChats(opened.value) };
  return succeed({ chats, ...recovered.value, damaged });
}

/** Returns where the damaged file is now. */
async function replaceDamaged(options: OpenChatsOptions): Promise<Outcome<string>> {
  const { file, now, unfinished } = options;
  const folder = path.dirname(file);
  const keptName = `chats-damaged-${timeInName(now())}.db`;
  await requireRoom(folder, sizeBytes(file) + sizeBytes(`${file}-wal`));
  const part = await newPart(folder, unfinished);
  const salvaged = await salvage(options, part);
  if (!salvaged.ok) {
    // There is something to take over, and no room for it now.
    if (salvaged.failure.code === "disk-full") {
      await discardPart(part, unfinished);
      return salvaged;
    }
    options.onSalvageFailed?.(salvaged.failure.cause);
  }
  if (!salvaged.ok || salvaged.value.chats + salvaged.value.messages === 0) {
    await discardPart(part, unfinished);
    return succeed(moveAside(file, path.join(folder, keptName)));
  }
  await decideReplacement(part, keptName);
  await discardPart(part, unfinished);
  return succeed((await finishReplacement(file)) ?? path.join(folder, keptName));
}

async function salvage({ file, salvage: ask }: OpenChatsOptions, part: string): Promise<Outcome<ChatCounts>> {
  try {
    return await ask(file, part);
  } catch (error) {
    return fail("internal", undefined, error);
  }
}

function sizeBytes(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
