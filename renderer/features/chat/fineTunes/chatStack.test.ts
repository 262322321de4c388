// Who answers next: what the stores show, and what main is told, in chats that exist and in one that does not yet.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Delta, NamedStack, Stack } from "../../../../electron/contract/deltas";
import { fail, failure, succeed } from "../../../../electron/contract/failure";
import { ChatId, DeltaId } from "../../../../electron/contract/ids";
import type { Snapshot } from "../../../../electron/contract/methods";
import { defaultChatSettings } from "../../../../electron/contract/sampling";
import { createAppStore, setAppStore } from "../../../app/appStore";
import { noticeStore } from "../../../app/notices";
import { applyDeltas } from "../../deltas/deltas";
import { chatStore, showChat } from "../chatStore";
import { sendMessage } from "../conversation/answerActions";
import { beginChat, openChat } from "../openChats";
import { changeChatStack, dropUnusableDeltas, saveChatStack, scaleStore } from "./chatStack";

const chatId = ChatId.parse("chat");
const one: NamedStack = [{ deltaId: DeltaId.parse("sql"), name: "SQL", hue: 0, kind: "lora", scale: 1 }];
const at = (scale: number): NamedStack => one.map((entry) => ({ ...entry, scale }));
const chat = (id: ChatId, stack: NamedStack) => ({
  id,
  title: "",
  createdAtMs: 0,
  lastUsedAtMs: 0,
  stack,
  settings: defaultChatSettings,
});

let asked: [name: string, input: unknown][];
let answers: Record<string, (input: never) => unknown>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = {
    "chats.start": () => succeed({ chat: chat(ChatId.parse("created"), at(0.5)), messages: [] }),
    "chats.open": () => succeed({ chat: chat(ChatId.parse("other"), []), messages: [], compared: [] }),
    "chats.setStack": (input: { chatId: ChatId; stack: Stack }) =>
      succeed(chat(input.chatId, at(input.stack[0]?.scale ?? 1))),
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
  setAppStore(
    createAppStore({
      chats: [chat(chatId, [])],
      engine: { kind: "idle" },
      settings: { modelId: null },
    } as unknown as Snapshot),
  );
  applyDeltas([]);
  showChat(null);
  chatStore.setState({ newChatStack: [] });
  noticeStore.setState({ notices: [] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const told = () => asked.filter(([name]) => name === "chats.setStack").map(([, input]) => input);
const open = () => showChat({ chat: chat(chatId, []), messages: [], compared: [] });

test("a choice is shown at once and told at once", async () => {
  open();
  changeChatStack(one);
  expect(chatStore.getState().chat?.stack).toEqual(one);
  await saveChatStack();
  expect(told()).toEqual([{ chatId, stack: [{ deltaId: "sql", scale: 1 }] }]);
});

test("the steps of a slider are reported once, and the strength is remembered when another one answers", async () => {
  open();
  for (const scale of [0.9, 0.8, 0.7]) changeChatStack(at(scale), "soon");
  await vi.runAllTimersAsync();
  expect(told()).toEqual([{ chatId, stack: [{ deltaId: "sql", scale: 0.7 }] }]);
  changeChatStack([]);
  expect(scaleStore.getState().scales).toEqual({ sql: 0.7 });
});

test("what waits is reported before another chat is shown, for the chat that it is about", async () => {
  open();
  changeChatStack(at(0.5), "soon");
  await openChat(ChatId.parse("other"));
  expect(asked.map(([name]) => name)).toEqual(["chats.setStack", "chats.open"]);
  expect(told()).toEqual([{ chatId, stack: [{ deltaId: "sql", scale: 0.5 }] }]);
});

test("a choice that main refuses is taken back, and a notice says why", async () => {
  open();
  answers["chats.setStack"] = () => fail("delta-missing", { delta: "SQL" });
  changeChatStack(one);
  await saveChatStack();
  expect(chatStore.getState().chat?.stack).toEqual([]);
  expect(noticeStore.getState().notices).toMatchObject([{ kind: "failure", failure: { code: "delta-missing" } }]);
});

test("a chat that does not exist yet gets its stack with its first message, the next new one begins with the base", async () => {
  changeChatStack(at(0.5));
  expect(asked).toEqual([]);
  expect(await sendMessage("Hello")).toEqual({ sent: true });
  expect(asked).toMatchObject([["chats.start", { stack: [{ deltaId: "sql", scale: 0.5 }], text: "Hello" }]]);
  expect(chatStore.getState().chat?.stack).toEqual(at(0.5));
  beginChat();
  expect(chatStore.getState().newChatStack).toEqual([]);
});

test("nothing is sent to another mind than the chosen one", async () => {
  answers["chats.start"] = () => fail("delta-missing", { delta: "SQL" });
  changeChatStack(one);
  expect(await sendMessage("Hello")).toMatchObject({ sent: false, failure: { code: "delta-missing" } });
  expect(chatStore.getState().chat).toBeNull();
});

test("what cannot be used is left out before an answer is asked for", async () => {
  const delta = { id: DeltaId.parse("sql"), name: "SQL", hue: 0, failure: null } as Delta;
  open();
  applyDeltas([delta]);
  changeChatStack(one);
  await dropUnusableDeltas();
  expect(chatStore.getState().chat?.stack).toEqual(one);
  applyDeltas([{ ...delta, failure: failure("delta-changed") }]);
  await dropUnusableDeltas();
  expect(told().at(-1)).toEqual({ chatId, stack: [] });
});
