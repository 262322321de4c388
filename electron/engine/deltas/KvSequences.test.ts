// What cannot be cleaned up is logged, and the engine goes on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LlamaContext, LlamaContextSequence } from "node-llama-cpp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ChatId } from "../../contract/ids";
import { KvSequences } from "./KvSequences";

let folder: string;
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-kv-"));
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = (_level: string, message: string) => void logged.push(message);

/** Only what is asked of a context whose sequences cannot be given back. */
function stubbornContext(): LlamaContext {
  const context = { sequencesLeft: 1 } as LlamaContext;
  const sequence = {
    context,
    disposed: false,
    contextTokens: [],
    dispose: () => Promise.reject(new Error("still in use")),
  } as unknown as LlamaContextSequence;
  return Object.assign(context, { getSequence: () => sequence });
}

test("a chat is forgotten although its sequence cannot be given back", async () => {
  const sequences = new KvSequences(path.join(folder, "state"), log);
  const chatId = ChatId.parse("one");
  await sequences.take(stubbornContext(), { stackKey: "", chatId, tokens: [] });
  await sequences.forgetChat(chatId);
  expect(logged.at(-1)).toMatch(/not given back: Error: still in use/u);
});
