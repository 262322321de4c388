// Tells a screen reader that an answer is finished, and what it says: once, not with each token.
import { useEffect, useState, type ReactNode } from "react";
import type { Message } from "../../../../electron/contract/chat";
import { textOf } from "../../../../electron/contract/parts";
import { failureText } from "../../../../electron/words/failureText";
import { formatList } from "../../../../electron/words/quantities";
import { stackName } from "../../deltas/stackWords";
import { chatStore } from "../chatStore";

import { writingMessage } from "./answerActions";
import { cutWords, endingWords } from "./endingWords";
import { t } from "../../../../electron/words/language";

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
  return message.comparisonId === null ? words : t("{name}: {words}", { name: stackName(message.stack), words });
}

function endWords(message: Message): string {
  const answer = textOf(message.parts);
  const text = answer.length > MAX_SPOKEN_CHARACTERS ? `${answer.slice(0, MAX_SPOKEN_CHARACTERS)} …` : answer;
  switch (message.state) {
    case "failed":
      return message.failure === null ? t("The answer failed.") : failureText(message.failure).happened;
    case "stopped":
      return t("Stopped. {text}", { text });
    case "interrupted":
      return t("Interrupted. {text}", { text });
    case "complete":
    case "writing":
      if (text.trim() === "") return silentWords(message);
      return message.stack.length === 0
        ? t("Answer: {text}", { text })
        : t("Answer by {name}: {text}", { name: stackName(message.stack), text });
  }
}

/** Of an answer without words of its own: what the model wants instead, or why there are none. */
function silentWords(message: Message): string {
  const tools = message.parts.flatMap((part) =>
    part.kind === "tool-call" ? [part.name.trim() === "" ? t("(unnamed)") : part.name] : [],
  );
  if (tools.length > 0)
    return t("{count, plural, one {The model calls the tool {names}.} other {The model calls the tools {names}.}}", {
      count: tools.length,
      names: formatList(tools),
    });
  return cutWords(message) ?? endingWords(message) ?? "";
}
