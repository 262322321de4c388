// The methods "chats.…" of the contract. Main process.
import type { NamedStack, Stack } from "../contract/deltas";
import { succeed, type Outcome } from "../contract/failure";
import type { AppContext } from "./AppContext";
import type { Handlers } from "./callGate";
import { chooseStack } from "./deltaMethods";

type ChatHandlers = Pick<
  Handlers,
  | "chats.create"
  | "chats.open"
  | "chats.rename"
  | "chats.delete"
  | "chats.restore"
  | "chats.saveSettings"
  | "chats.setStack"
  | "chats.search"
  | "chats.send"
  | "chats.sendToolResults"
  | "chats.answerNow"
  | "chats.regenerate"
  | "chats.compare"
  | "chats.edit"
  | "chats.showSibling"
  | "chats.stop"
>;

export function chatMethods(context: AppContext): ChatHandlers {
  const { data, answers, deltas, supervisor, sendEvent } = context;
  const { chats } = data;
  return {
    "chats.create"() {
      const created = chats.createChat();
      if (created.ok) {
        const { settings: _settings, ...summary } = created.value;
        sendEvent("chat-changed", summary);
      }
      return created;
    },
    "chats.open"({ chatId }) {
      const opened = chats.openChat(chatId);
      return opened.ok ? succeed(answers.withUnsaved(opened.value)) : opened;
    },
    "chats.rename"({ chatId, title }) {
      const renamed = chats.renameChat(chatId, title);
      if (renamed.ok) sendEvent("chat-changed", renamed.value);
      return renamed;
    },
    "chats.delete"({ chatId }) {
      answers.stopChat(chatId);
      const deleted = chats.deleteChat(chatId);
      if (deleted.ok) {
        supervisor.forgetChat(chatId);
        sendEvent("chat-removed", { chatId });
      }
      return deleted;
    },
    "chats.restore"({ chatId }) {
      const restored = chats.restoreChat(chatId);
      if (restored.ok) sendEvent("chat-changed", restored.value);
      return restored;
    },
    "chats.saveSettings": ({ chatId, settings }) => chats.saveSettings(chatId, settings),
    "chats.setStack"({ chatId, stack }) {
      const chosen = deltas.choose(stack);
      if (!chosen.ok) return chosen;
      const changed = chats.setStack(chatId, chosen.value);
      if (changed.ok) {
        const { settings: _settings, ...summary } = changed.value;
        sendEvent("chat-changed", summary);
      }
      return changed;
    },
    "chats.search": ({ query }) => chats.search(query),
    "chats.send": ({ chatId, text, thinking }) => answers.send(chatId, text, thinking),
    "chats.sendToolResults": ({ messageId, results }) => answers.sendToolResults(messageId, results),
    "chats.regenerate"({ messageId, stack, thinking }) {
      const chosen = chooseStack(stack, context);
      return chosen.ok ? answers.regenerate(messageId, chosen.value, thinking) : chosen;
    },
    "chats.compare"({ chatId, text, stacks }) {
      const chosen = chooseStacks(stacks, context);
      return chosen.ok ? answers.compare(chatId, text, chosen.value) : chosen;
    },
    "chats.edit"({ messageId, text, stacks }) {
      if (stacks === undefined) return answers.edit(messageId, text);
      const chosen = chooseStacks(stacks, context);
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
    "chats.stop"({ requestId }) {
      answers.stop(requestId);
      return succeed(undefined);
    },
  };
}

function chooseStacks(stacks: readonly Stack[], { deltas }: Pick<AppContext, "deltas">): Outcome<NamedStack[]> {
  const chosen: NamedStack[] = [];
  for (const stack of stacks) {
    const named = deltas.choose(stack);
    if (!named.ok) return named;
    chosen.push(named.value);
  }
  return succeed(chosen);
}
