// What happens to the stores, and what main is asked for, when chats are opened, begun, deleted and sent to.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChatSummary } from "../../../electron/contract/chat";
import { fail, succeed } from "../../../electron/contract/failure";
import { ChatId, MessageId } from "../../../electron/contract/ids";
import type { Snapshot } from "../../../electron/contract/methods";
import { defaultChatSettings } from "../../../electron/contract/sampling";
import { appStore, createAppStore, setAppStore } from "../../app/appStore";
import { noticeStore } from "../../app/notices";
import { changeChatSettings } from "./chatSettings";
import { chatStore, showChat } from "./chatStore";
import { editMessage, regenerateAnswer, sendMessage, sendToolResults } from "./conversation/answerActions";
import { beginChat, deleteChat, openChat, openNeighbour } from "./openChats";

const [newest, middle, oldest] = ["newest", "middle", "oldest"].map((id) => ChatId.parse(id)) as [
  ChatId,
  ChatId,
  ChatId,
];
const summaries: ChatSummary[] = [newest, middle, oldest].map((id, index) => ({
  id,
  title: id,
  createdAtMs: 0,
  lastUsedAtMs: 100 - index,
  stack: [],
}));

type Asked = [name: string, input: unknown];
let asked: Asked[];
let answers: Record<string, (input: never) => unknown>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = {
    "chats.open": ({ chatId }: { chatId: ChatId }) => succeed({ chat: chat(chatId), messages: [], compared: [] }),
    "chats.start": ({ settings }: { settings: object }) =>
      succeed({ chat: { ...chat(ChatId.parse("created")), settings }, messages: [] }),
    "chats.restore": ({ chatId }: { chatId: ChatId }) => succeed(summary(chatId)),
    "chats.saveSettings": ({ chatId, settings }: { chatId: ChatId; settings: object }) =>
      succeed({ ...chat(chatId), settings }),
  };
  const call = new Proxy(
    {},
    {
      get: (_target, name: string) => async (input: never) => {
        asked.push([name, input]);
        return answers[name]?.(input) ?? succeed(undefined);
      },
    },
  );
  vi.stubGlobal("window", Object.assign(globalThis, { facet: { call, on: () => () => {} } }));
  const settings = { modelId: null };
  setAppStore(createAppStore({ chats: summaries, engine: { kind: "idle" }, settings } as unknown as Snapshot));
  showChat(null);
  chatStore.setState({ newChatSettings: defaultChatSettings });
  noticeStore.setState({ notices: [] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function summary(id: ChatId): ChatSummary {
  return summaries.find((other) => other.id === id) ?? { id, title: "", createdAtMs: 0, lastUsedAtMs: 200, stack: [] };
}

function chat(id: ChatId) {
  return { ...summary(id), settings: defaultChatSettings };
}

const openId = () => chatStore.getState().chat?.id ?? null;
const askedFor = (name: string) => asked.filter(([other]) => other === name).map(([, input]) => input);

test("the last request wins, however late the first one is answered", async () => {
  let answerFirst = () => {};
  const slow = new Promise<void>((resolve) => (answerFirst = resolve));
  const open = answers["chats.open"]!;
  answers["chats.open"] = async (input: { chatId: ChatId }) => {
    if (input.chatId === oldest) await slow;
    return open(input as never);
  };
  const first = openChat(oldest);
  await openChat(newest);
  answerFirst();
  await first;
  expect(openId()).toBe(newest);
});

test("a hit in an answer that stands beside the shown one is seen there, and the branch stays", async () => {
  const shown = { id: MessageId.parse("shown"), comparisonId: "x" };
  const beside = { id: MessageId.parse("beside"), comparisonId: "x" };
  answers["chats.open"] = () => succeed({ chat: chat(newest), messages: [shown], compared: [beside] });
  await openChat(newest, beside.id);
  expect(chatStore.getState()).toMatchObject({ order: [shown.id], focusMessageId: shown.id });
  expect(askedFor("chats.showSibling")).toEqual([]);
});

test("ten presses before main has answered ask for one answer, whatever they ask for; the next one may ask again", async () => {
  const answerId = MessageId.parse("answer");
  await openChat(newest);
  for (const name of ["chats.regenerate", "chats.edit", "chats.send", "chats.sendToolResults"])
    answers[name] = () => succeed({ messages: [] });
  const press = () => [
    regenerateAnswer(answerId),
    editMessage(answerId, "Q"),
    sendMessage("Q"),
    sendToolResults(answerId, []),
  ];
  await Promise.all(Array.from({ length: 10 }, press).flat());
  const askedForAnswers = () =>
    asked.filter(([name]) => /^chats\.(regenerate|edit|send|sendToolResults)$/u.test(name)).length;
  expect(askedForAnswers()).toBe(1);
  expect(await sendMessage("Q")).toEqual({ sent: true });
  expect(askedForAnswers()).toBe(2);
});

test("a chat that cannot be opened leaves the open one, and says why", async () => {
  await openChat(newest);
  answers["chats.open"] = () => fail("not-found");
  await openChat(oldest);
  expect(openId()).toBe(newest);
  expect(noticeStore.getState().notices).toMatchObject([{ kind: "failure", failure: { code: "not-found" } }]);
});

test("changed settings are saved before another chat is shown", async () => {
  await openChat(newest);
  changeChatSettings((settings) => ({ ...settings, systemPrompt: "Be brief." }));
  await openChat(middle);
  expect(asked.map(([name]) => name)).toEqual(["chats.open", "chats.saveSettings", "chats.open"]);
  expect(askedFor("chats.saveSettings")).toEqual([
    { chatId: newest, settings: { systemPrompt: "Be brief.", sampling: {} } },
  ]);
});

test("the steps of a slider become one save", async () => {
  await openChat(newest);
  for (const temperature of [0.1, 0.2, 0.3])
    changeChatSettings((settings) => ({ ...settings, sampling: { temperature } }));
  await vi.runAllTimersAsync();
  expect(askedFor("chats.saveSettings")).toEqual([
    { chatId: newest, settings: { systemPrompt: "", sampling: { temperature: 0.3 } } },
  ]);
});

test("the first message creates the chat, with the settings made for it", async () => {
  changeChatSettings((settings) => ({ ...settings, seed: 7 }));
  expect(await sendMessage("Hello")).toEqual({ sent: true });
  expect(asked).toEqual([["chats.start", { settings: { ...defaultChatSettings, seed: 7 }, stack: [], text: "Hello" }]]);
  expect(chatStore.getState().chat?.settings.seed).toBe(7);
  expect(appStore().getState().chatOrder[0]).toBe("created");
  beginChat();
  expect(chatStore.getState().newChatSettings).toEqual(defaultChatSettings);
});

test("a chat that cannot be created is not sent to", async () => {
  answers["chats.start"] = () => fail("disk-full");
  expect(await sendMessage("Hello")).toEqual({ sent: false, failure: { code: "disk-full" } });
  expect(openId()).toBeNull();
});

test("a deleted chat goes from the list and comes back, open as it was", async () => {
  await openChat(middle);
  await deleteChat(middle);
  expect(openId()).toBeNull();
  expect(appStore().getState().chatOrder).toEqual([newest, oldest]);
  const notice = noticeStore.getState().notices[0];
  if (notice?.kind !== "offer") throw new Error("no undo was offered");
  notice.action.run();
  await vi.runAllTimersAsync();
  expect(openId()).toBe(middle);
  expect(appStore().getState().chatOrder).toEqual([newest, middle, oldest]);
});

test("a chat that could not be deleted stays", async () => {
  answers["chats.delete"] = () => fail("save-failed");
  await deleteChat(middle);
  expect(appStore().getState().chatOrder).toContain(middle);
});

test("next and previous go round, from the new chat to either end", async () => {
  const visited: (ChatId | null)[] = [];
  for (const step of [1, 1, 1, 1, -1, -1] as const) {
    openNeighbour(step);
    await vi.runAllTimersAsync();
    visited.push(openId());
  }
  expect(visited).toEqual([newest, middle, oldest, newest, oldest, middle]);
  beginChat();
  openNeighbour(-1);
  await vi.runAllTimersAsync();
  expect(openId()).toBe(oldest);
});
