// Texts that are being typed belong to their chat, and go with a new one when it is created.
import { beforeEach, expect, test } from "vitest";
import { ChatId } from "../../../../electron/contract/ids";
import { defaultChatSettings } from "../../../../electron/contract/sampling";
import { chatStore, showChat } from "../chatStore";
import {
  forgetUnfinishedOfNewChat,
  keepUnfinishedForCreated,
  setUnfinished,
  unfinishedSettings,
} from "./unfinishedSettings";

const id = ChatId.parse("c");

function open(): void {
  showChat({
    chat: { id, title: "", createdAtMs: 0, lastUsedAtMs: 0, stack: [], settings: defaultChatSettings },
    messages: [],
    compared: [],
  });
}

beforeEach(() => {
  showChat(null);
  unfinishedSettings.setState({}, true);
  chatStore.setState({ newChatSettings: defaultChatSettings });
});

test("each chat has its own, by field, until they are finished", () => {
  setUnfinished("tools", "[");
  open();
  setUnfinished("tools", "[{");
  setUnfinished("grammar", "root");
  expect(unfinishedSettings.getState()).toEqual({ new: { tools: "[" }, [id]: { tools: "[{", grammar: "root" } });
  setUnfinished("tools", undefined);
  expect(unfinishedSettings.getState()[id]).toEqual({ grammar: "root" });
});

test("those of a new chat become the created one's, or are forgotten with it", () => {
  setUnfinished("tools", "[");
  keepUnfinishedForCreated(id);
  expect(unfinishedSettings.getState()).toEqual({ [id]: { tools: "[" } });
  setUnfinished("tools", "[1");
  forgetUnfinishedOfNewChat();
  expect(unfinishedSettings.getState()).toEqual({ [id]: { tools: "[" } });
});
