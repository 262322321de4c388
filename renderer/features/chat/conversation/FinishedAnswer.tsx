// Tells a screen reader that an answer is finished, and what it says: once, not with each token.
import { useEffect, useState, type ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import { failureText } from "../../../app/failureText";
import { stackName } from "../../deltas/stackWords";
import { chatStore } from "../chatStore";
import { splitThinking } from "../markdown/thinking";
import { writingMessage } from "./answerActions";

/** More than this is not listened to in one go; the answer itself can be read. */
const MAX_SPOKEN_CHARACTERS = 1500;

export function FinishedAnswer(): ReactNode {
  const [words, setWords] = useState("");
  useEffect(
    () =>
      chatStore.subscribe((state, before) => {
        const was = writingMessage(before);
        const now = was === null ? undefined : state.messages[was.id];
        if (now !== undefined && now.state !== "writing") setWords(spoken(now));
      }),
    [],
  );
  return (
    <p className="visually-hidden" aria-live="polite">
      {words}
    </p>
  );
}

function spoken(message: Message): string {
  const words = endWords(message);
  return message.comparisonId === null ? words : `${stackName(message.stack)}: ${words}`;
}

function endWords(message: Message): string {
  const { answer } = splitThinking(message.text, false);
  const text = answer.length > MAX_SPOKEN_CHARACTERS ? `${answer.slice(0, MAX_SPOKEN_CHARACTERS)} …` : answer;
  switch (message.state) {
    case "failed":
      return message.failure === null ? "The answer failed." : failureText(message.failure).happened;
    case "stopped":
      return `Stopped. ${text}`;
    case "interrupted":
      return `Interrupted. ${text}`;
    case "complete":
    case "writing":
      return message.stack.length === 0 ? `Answer: ${text}` : `Answer by ${stackName(message.stack)}: ${text}`;
  }
}
