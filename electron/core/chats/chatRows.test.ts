// What is read from a row, whichever version of the app wrote it, and what is stored in one.
import { describe, expect, it } from "vitest";
import { textParts, type MessagePart } from "../../contract/parts";
import { readChatSettings, readParts, storedParts } from "./chatRows";

const thought = (text: string, durationMs: number | null = null): MessagePart => ({
  kind: "thought",
  text,
  durationMs,
});

/** A row of before version 3. */
const readOld = (text: string, role: "user" | "assistant" = "assistant") => readParts({ role, text, parts: null });

describe("an answer that was its text alone", () => {
  it.each<[text: string, parts: MessagePart[]]>([
    ["b", textParts("b")],
    ["", []],
    ["<think>a</think>b", [thought("a"), ...textParts("b")]],
    ["\n<think>\na\n\nc\n</think>\n\nb\n", [thought("a\n\nc"), ...textParts("b\n")]],
    ["<think>a</think>b</think>c<think>d</think>", [thought("a"), ...textParts("b</think>c<think>d</think>")]],
    ["<think></think>\n\nb", textParts("b")],
    ["<think>\n\n</think>\n\n", []],
    ["<think>cut off", [thought("cut off")]],
    ["<think>", []],
    ["<thi", textParts("<thi")],
    ["a <think>b</think>", textParts("a <think>b</think>")],
  ])("%j shows its thought and its answer", (text, parts) => {
    expect(readOld(text)).toEqual(parts);
  });

  it("is read quickly however hostile", () => {
    const startedMs = performance.now();
    for (const text of ["<think>".repeat(100_000), " ".repeat(1_000_000), `<think>${"</think".repeat(100_000)}`])
      readOld(text);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it("is the answer's alone: what the user wrote stays as it is", () => {
    expect(readOld("<think>a</think>b", "user")).toEqual(textParts("<think>a</think>b"));
  });
});

describe("parts", () => {
  const stored = (parts: readonly MessagePart[]) => ({ role: "assistant" as const, ...storedParts(parts) });
  const call: MessagePart = { kind: "tool-call", callId: "c1", name: "weather", arguments: "{}" };

  it("are stored as what is searched, and whole where they are more than that", () => {
    expect(storedParts(textParts("It rains"))).toEqual({ text: "It rains", parts: null });
    expect(storedParts([])).toEqual({ text: "", parts: null });
    const parts = [thought("Hm", 1200), ...textParts("Let me see."), call];
    expect(storedParts(parts)).toEqual({ text: "Let me see.", parts: JSON.stringify(parts) });
  });

  it.each<[name: string, parts: MessagePart[]]>([
    ["a text", textParts("It rains")],
    ["nothing", []],
    ["a thought alone", [thought("Hm", 5)]],
    ["calls alone", [call, { ...call, callId: "c2" }]],
    ["texts around a thought", [...textParts("a"), thought("b"), ...textParts("c")]],
    ["a text that begins like an old thought", textParts("<think>a</think>b")],
    ["the same after a line break", textParts("\n <think>a")],
    ["what a tool returned", [{ kind: "tool-result", callId: "c1", name: "weather", text: "Rain" }]],
  ])("come back: %s", (_name, parts) => {
    expect(readParts(stored(parts))).toEqual(parts);
  });

  it.each(["", "{{", "null", "7", "{}", '[{"kind":"text"}]', '[{"kind":"text","text":"other"},{"kind":"unknown"}]'])(
    "that are damaged (%j) fall back to the text",
    (parts) => {
      expect(readParts({ role: "assistant", text: "It rains", parts })).toEqual(textParts("It rains"));
      expect(readParts({ role: "user", text: "Does it rain?", parts })).toEqual(textParts("Does it rain?"));
    },
  );
});

describe("settings", () => {
  const whole = {
    systemPrompt: "Be brief.",
    sampling: { topK: 3 },
    thinking: { isOn: true, effort: "low", budgetTokens: 100 },
    tools: '[{"type":"function"}]',
  };

  it("are read as they were stored", () => {
    expect(readChatSettings(JSON.stringify(whole))).toEqual(whole);
  });

  it.each([
    ["thinking", { budgetTokens: -1 }],
    ["thinking", "high"],
    ["tools", 7],
    ["tools", "x".repeat(100_001)],
  ])("lose %s alone where it is damaged: %j", (name, damaged) => {
    const { [name as "thinking"]: _lost, ...kept } = whole;
    expect(readChatSettings(JSON.stringify({ ...whole, [name]: damaged }))).toEqual(kept);
  });
});
