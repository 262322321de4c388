// The methods "chats.…" of the application.
import type { NamedStack, Stack } from "../../contract/deltas";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { exportUnsaved } from "../answers/exportUnsaved";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function chatMethods(parts: Parts) {
  const { data, answers, search, backups, deltas, session, events } = parts;
  const { chats } = data;
  return {
    "chats.create"() {
      const created = chats.createChat();
      if (created.ok) {
        const { settings: _settings, ...summary } = created.value;
        events.emit("chat-changed", summary);
      }
      return created;
    },
    "chats.open"({ chatId }) {
      const opened = chats.openChat(chatId);
      return opened.ok ? succeed(answers.withUnsaved(opened.value)) : opened;
    },
    "chats.rename"({ chatId, title }) {
      const renamed = chats.renameChat(chatId, title);
      if (renamed.ok) events.emit("chat-changed", renamed.value);
      return renamed;
    },
    "chats.delete"({ chatId }) {
      answers.stopChat(chatId);
      const deleted = chats.deleteChat(chatId);
      if (deleted.ok) {
        session.forgetChat(chatId);
        events.emit("chat-removed", { chatId });
      }
      return deleted;
    },
    "chats.restore"({ chatId }) {
      const restored = chats.restoreChat(chatId);
      if (restored.ok) events.emit("chat-changed", restored.value);
      return restored;
    },
    "chats.saveSettings": ({ chatId, settings }) => chats.saveSettings(chatId, settings),
    "chats.setStack"({ chatId, stack }) {
      const chosen = deltas.choose(stack);
      if (!chosen.ok) return chosen;
      const changed = chats.setStack(chatId, chosen.value);
      if (changed.ok) {
        const { settings: _settings, ...summary } = changed.value;
        events.emit("chat-changed", summary);
      }
      return changed;
    },
    "chats.search": ({ query }) => search.search(query),
    "chats.start"({ settings, stack, text, thinking, stacks }) {
      const chosen = deltas.choose(stack);
      if (!chosen.ok) return chosen;
      const compared = stacks === undefined ? succeed(undefined) : chooseStacks(stacks, parts);
      if (!compared.ok) return compared;
      return answers.startChat({ settings, stack: chosen.value }, text, { thinking, stacks: compared.value });
    },
    "chats.send": ({ chatId, text, thinking }) => answers.send(chatId, text, thinking),
    "chats.sendToolResults": ({ messageId, results }) => answers.sendToolResults(messageId, results),
    "chats.regenerate"({ messageId, stack, thinking }) {
      const chosen = stack === undefined ? succeed(undefined) : deltas.choose(stack);
      return chosen.ok ? answers.regenerate(messageId, chosen.value, thinking) : chosen;
    },
    "chats.compare"({ chatId, text, stacks }) {
      const chosen = chooseStacks(stacks, parts);
      return chosen.ok ? answers.compare(chatId, text, chosen.value) : chosen;
    },
    "chats.edit"({ messageId, text, stacks }) {
      if (stacks === undefined) return answers.edit(messageId, text);
      const chosen = chooseStacks(stacks, parts);
      return chosen.ok ? answers.editCompared(messageId, text, chosen.value) : chosen;
    },
    "chats.showSibling"({ messageId }) {
      const opened = chats.showSibling(messageId);
      return opened.ok ? succeed(answers.withUnsaved(opened.value)) : opened;
    },
    "chats.answerNow"({ requestId }) {
      answers.answerNow(requestId);
      return succeed(undefined);
    },
    "chats.saveUnsaved"() {
      const { answers: unsaved, failure } = answers.saveNow();
      return succeed({
        answers: unsaved.map(({ title, answer }) => ({ chatId: answer.chatId, messageId: answer.id, title })),
        failure,
      });
    },
    "chats.exportUnsavedTo": ({ path: target, replaces }) =>
      exportUnsaved(answers, { target, replaces }, data.unfinished),
    "chats.backups": () => backups.list(),
    async "chats.restoreBackup"({ name }) {
      if (answers.isWriting) return fail("chats-busy");
      const restored = await backups.restore(name);
      const listed = chats.listChats();
      if (restored.ok && listed.ok) events.emit("chats-replaced", listed.value);
      return restored;
    },
    "chats.stop"({ requestId }) {
      answers.stop(requestId);
      return succeed(undefined);
    },
  } satisfies Partial<CoreHandlers>;
}

function chooseStacks(stacks: readonly Stack[], { deltas }: Pick<Parts, "deltas">): Outcome<NamedStack[]> {
  const chosen: NamedStack[] = [];
  for (const stack of stacks) {
    const named = deltas.choose(stack);
    if (!named.ok) return named;
    chosen.push(named.value);
  }
  return succeed(chosen);
}
