// One answer, from the request to its end: its parts as they grow, and the message as it is stored.
import type { Message } from "../../../contract/chat";
import type { Outcome } from "../../../contract/failure";
import type { MessageId, RequestId } from "../../../contract/ids";
import { changeParts, type MessagePart } from "../../../contract/parts";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { errorOf, valueOf } from "../useOutcome";

/** Events end with the process that holds the data folder: a look now and then finds what became of the answer. */
const LOOK_AGAIN_MS = 3000;

export interface AnswerOptions {
  /** Stops the answer; what was written of it stays. */
  signal: AbortSignal;
  onParts?: (parts: readonly MessagePart[]) => void;
}

/** `start` sends the message. Throws a CommandError when it cannot be sent; how the answer ended, its state says. */
export async function writeAnswer(
  application: ApplicationClient,
  start: () => Promise<Outcome<{ messages: Message[] }>>,
  { signal, onParts = () => undefined }: AnswerOptions,
): Promise<Message> {
  const ended = new Map<MessageId, Message>();
  let answer: Message | null = null;
  let onEnd: (message: Message) => void = () => undefined;
  let stream: { requestId: RequestId; parts: MessagePart[] } | null = null;
  const show = () => {
    if (stream !== null && stream.requestId === answer?.requestId) onParts(stream.parts);
  };
  // Both begin before the message is sent: an answer may be written before its request is answered.
  const stopReading = application.readTokens((message) => {
    if (message.kind === "begin") stream = { requestId: message.requestId, parts: message.parts };
    else if (message.kind === "batch" && stream?.requestId === message.requestId)
      stream.parts = message.changes.reduce<MessagePart[]>(changeParts, stream.parts);
    show();
  });
  const stopListening = application.on("message-changed", (message) => {
    if (message.state === "writing") return;
    if (answer === null) ended.set(message.id, message);
    else if (message.id === answer.id) onEnd(message);
  });
  let timer: NodeJS.Timeout | null = null;
  let stop = () => {};
  try {
    signal.throwIfAborted();
    const sent = valueOf(await start()).messages.find(({ role }) => role === "assistant");
    if (sent === undefined) throw new Error("a message without an answer");
    answer = sent;
    show();
    const { requestId } = sent;
    stop = () => {
      if (requestId !== null) void application.call("chats.stop", { requestId });
    };
    const message =
      ended.get(sent.id) ??
      (await new Promise<Message>((resolve, reject) => {
        onEnd = resolve;
        const look = async () => {
          const opened = await application.call("chats.open", { chatId: sent.chatId });
          if (!opened.ok) reject(errorOf(opened.failure));
          const found = opened.ok ? opened.value.messages.find(({ id }) => id === sent.id) : undefined;
          if (found !== undefined && found.state !== "writing") resolve(found);
        };
        timer = setInterval(() => void look().catch(reject), LOOK_AGAIN_MS);
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
      }));
    onParts(message.parts);
    return message;
  } finally {
    signal.removeEventListener("abort", stop);
    if (timer !== null) clearInterval(timer);
    stopReading();
    stopListening();
  }
}
