// The page's own calls to main, for what no screen shows, or not this exactly.
import { expect } from "@playwright/test";
import type { Message } from "../electron/contract/chat";
import type { ChatId } from "../electron/contract/ids";
import type { MethodInput, MethodName, MethodOutcome, MethodOutput, OpenChat } from "../electron/contract/methods";
import { textOf } from "../electron/contract/parts";
import { ANSWER_TIMEOUT_MS } from "./ChatWindow";
import type { FacetApp } from "./FacetApp";

const ANSWER_TOKENS = 24;

/** The page's own way to main. */
export function ask<Name extends MethodName>(
  app: FacetApp,
  name: Name,
  input: MethodInput<Name>,
): Promise<MethodOutcome<Name>> {
  return app.window.evaluate(
    ({ method, value }) =>
      (window.facet.call as unknown as Record<string, (value: unknown) => Promise<unknown>>)[method]?.(value),
    { method: name as string, value: input as unknown },
  ) as Promise<MethodOutcome<Name>>;
}

export async function call<Name extends MethodName>(
  app: FacetApp,
  name: Name,
  input: MethodInput<Name>,
): Promise<MethodOutput<Name>> {
  const outcome = await ask(app, name, input);
  if (!outcome.ok) throw new Error(`${name}: ${JSON.stringify(outcome.failure)}`);
  return outcome.value;
}

export async function newChat(app: FacetApp): Promise<ChatId> {
  const chat = await call(app, "chats.create", undefined);
  await call(app, "chats.saveSettings", {
    chatId: chat.id,
    settings: { systemPrompt: "", sampling: { temperature: 0 }, seed: 7, maxTokens: ANSWER_TOKENS },
  });
  return chat.id;
}

/** The chat once no answer is being written in it. */
export async function whenDone(app: FacetApp, chatId: ChatId): Promise<OpenChat> {
  let open: OpenChat | undefined;
  await expect(async () => {
    open = await call(app, "chats.open", { chatId });
    expect([...open.messages, ...open.compared].map(({ state }) => state)).not.toContain("writing");
  }).toPass({ timeout: ANSWER_TIMEOUT_MS, intervals: [100] });
  if (open === undefined) throw new Error("the chat was not opened");
  return open;
}

export async function answer(app: FacetApp, chatId: ChatId): Promise<Message> {
  const message = (await whenDone(app, chatId)).messages.at(-1);
  if (message === undefined) throw new Error("the chat is empty");
  expect(message).toMatchObject({ role: "assistant", state: "complete", failure: null });
  return message;
}

/** Read in other pieces, the same tokens are rounded otherwise, and late in an answer another one may win. Exact comparisons: DeltaRuntime.model.test.ts. */
export const beginning = ({ parts }: Message) => textOf(parts).slice(0, 12);
