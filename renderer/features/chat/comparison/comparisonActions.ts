// What a user does side by side: turn it on, ask, go on with one of the answers.
import type { Message } from "../../../../electron/contract/chat";
import { call } from "../../../app/bridge";
import { showPage } from "../../../app/layout";
import { showOffer } from "../../../app/notices";
import { chatStore } from "../chatStore";
import { focusComposer } from "../composer/focusComposer";
import { type SendOutcome, showNew, showSibling, startChat } from "../conversation/answerActions";
import { changeChatStack } from "../fineTunes/chatStack";
import { choiceOf } from "../fineTunes/stackChanges";
import { saveOpenChat } from "../openChats";
import type { Columns } from "./columnPlan";
import { sideBySideNow, turnSideBySide } from "./sideBySide";

/** Where it cannot be had, a notice says why, and leads to the fine-tunes. */
export function toggleSideBySide(): void {
  const { isOn, plan } = sideBySideNow();
  if (plan.kind === "unavailable") {
    showOffer(plan.why, { label: "Fine-tunes", run: () => showPage("fine-tunes") });
    return;
  }
  showPage("chat");
  turnSideBySide(!isOn);
  focusComposer();
}

/** The same question to each of the columns, in the open chat or a new one. */
export async function askSideBySide(text: string, columns: Columns): Promise<SendOutcome> {
  await saveOpenChat();
  const { chat } = chatStore.getState();
  if (chat === null) return startChat(text, { columns });
  const outcome = await call("chats.compare", { chatId: chat.id, text, stacks: columns.map(choiceOf) });
  if (!outcome.ok) return { sent: false, failure: outcome.failure };
  showNew(outcome.value.messages);
  return { sent: true };
}

/** The chat goes on below this answer, and who gave it gives the next ones. */
export async function goOnWith(answer: Message): Promise<void> {
  if (!chatStore.getState().order.includes(answer.id)) await showSibling(answer.id);
  if (!chatStore.getState().order.includes(answer.id)) return;
  changeChatStack(answer.stack);
  turnSideBySide(false);
  focusComposer();
}
