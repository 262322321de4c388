// Each failure has its three sentences, with and without details.
import { describe, expect, test } from "vitest";
import { FailureCode } from "../../electron/contract/failure";
import { failureParagraph, failureText } from "./failureText";

const details = {
  file: "tiny.gguf",
  folder: "/data/facet",
  architecture: "mamba9",
  needed: "9.1 GB",
  available: "4.2 GB",
  tokens: "9,000",
  contextSize: "8,192",
  movedTo: "chats-damaged-1.db",
  reason: "Permission denied",
};

describe.each(FailureCode.options)("%s", (code) => {
  test.each([
    ["without details", {}],
    ["with details", { details }],
  ])("says what happened, what it means and what to do, %s", (_name, extra) => {
    const text = failureText({ code, ...extra });
    for (const words of [text.happened, text.data, text.advice]) {
      expect(words).toMatch(/^[A-Z“].*\.$/u);
      expect(words).not.toMatch(/undefined|!|\.\.| {2}|\[object/u);
    }
  });
});

test("details find their way into the sentence", () => {
  expect(failureText({ code: "model-not-gguf", details }).happened).toContain("“tiny.gguf”");
  expect(failureText({ code: "model-architecture-unknown", details }).happened).toContain("mamba9");
  expect(failureText({ code: "model-too-large-for-memory", details }).happened).toContain("9.1 GB");
  expect(failureText({ code: "database-damaged", details }).data).toContain("chats-damaged-1.db");
  expect(failureText({ code: "message-longer-than-context", details }).happened).toContain("9,000 tokens");
});

test("a technical cause never reaches the sentences", () => {
  expect(failureParagraph({ code: "internal", cause: "TypeError: x" })).not.toContain("TypeError");
});
