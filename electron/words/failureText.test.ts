// Each failure has its three sentences, with and without details.
import { describe, expect, test } from "vitest";
import { Failure, FailureCode } from "../contract/failure";
import { FAILURE_REASONS, type FailureReason } from "../contract/failureReasons";
import { PeftFeature } from "../contract/peftConfig";
import { deltaFailures } from "./deltaFailures";
import { downloadFailures } from "./downloadFailures";
import { engineFailures } from "./engineFailures";
import { failureParagraph, failureText, withFileName } from "./failureText";
import { reasonWords } from "./reasonWords";
import { ENGLISH, setLanguage } from "./language";
import { hubFailures } from "./hubFailures";
import { installedModelFailures } from "./installedModelFailures";
import { jobFailures } from "./jobFailures";
import { makeDeltaFailures } from "./makeDeltaFailures";
import { modelFileFailures } from "./modelFileFailures";
import { networkFailures } from "./networkFailures";
import { peftFailures } from "./peftFailures";
import { requestFailures } from "./requestFailures";
import { storedDataFailures } from "./storedDataFailures";

const details = {
  file: "tiny.gguf",
  folder: "/data/facet",
  architecture: "mamba9",
  needed: "9.1 GB",
  available: "4.2 GB",
  messageTokens: "9000",
  contextSizeTokens: "8192",
  kind: "embedding",
  movedTo: "chats-damaged-1.db",
  reason: "permission denied",
  missingBytes: "3100000000",
  retryAfterSeconds: "90",
};

/** As it was stored, or came from another process: with any details. */
function told(code: FailureCode, details: Record<string, string>): Failure {
  return Failure.parse({ code, details });
}

describe.each(FailureCode.options)("%s", (code) => {
  test.each([
    ["without details", {}],
    ["with details", details],
  ])("says what happened, what it means and what to do, %s", (_name, given) => {
    const text = failureText(told(code, given));
    for (const words of [text.happened, text.data, text.advice]) {
      expect(words).toMatch(/^[A-Z“].*\.$/u);
      expect(words).not.toMatch(/undefined|NaN|!|\.\.| {2}|\[object/u);
    }
  });
});

test("no failure has its sentences in two tables", () => {
  const tables = [
    deltaFailures,
    downloadFailures,
    engineFailures,
    networkFailures,
    hubFailures,
    installedModelFailures,
    jobFailures,
    makeDeltaFailures,
    modelFileFailures,
    peftFailures,
    requestFailures,
    storedDataFailures,
  ];
  expect(tables.flatMap((table) => Object.keys(table)).toSorted()).toEqual(FailureCode.options.toSorted());
});

test("what an adapter uses is said in words, and what is no feature never reaches them", () => {
  for (const feature of [...PeftFeature.options, "constructor", "toString"]) {
    const { happened } = failureText(told("peft-unsupported", { feature }));
    expect(happened).toMatch(/^This adapter can't be converted\. (It|Its) [^=>]*\.$/u);
  }
  expect(failureText(told("model-is-not-a-chat-model", { kind: "constructor" })).happened).toContain("constructor");
});

test("details find their way into the sentence", () => {
  expect(failureText(told("model-not-gguf", details)).happened).toContain("“tiny.gguf”");
  expect(failureText(told("model-architecture-unknown", details)).happened).toContain("mamba9");
  expect(failureText(told("model-too-large-for-memory", details)).happened).toContain("9.1 GB");
  for (const code of ["database-damaged", "chats-salvaged"] as const)
    expect(failureText(told(code, details)).data).toContain("chats-damaged-1.db");
  const rows = (counts: Record<string, string>) => failureText(told("chat-rows-unreadable", counts)).happened;
  expect(rows({ chats: "1", messages: "0" })).toContain("can't read 1 chat in");
  expect(rows({ chats: "0", messages: "2" })).toContain("can't read 2 messages in");
  expect(rows({ chats: "1", messages: "1200" })).toContain("can't read 1 chat and 1,200 messages in");
  expect(failureText(told("message-longer-than-context", details)).happened).toContain("9,000 tokens");
});

test("what must be freed, and how long to wait, are said", () => {
  expect(failureText(told("download-disk-full", details)).advice).toBe("Free up 3.10 GB more, then resume.");
  expect(failureText({ code: "download-disk-full" }).advice).toBe("Free up some space, then resume.");
  expect(failureText(told("hub-rate-limited", details)).advice).toContain("90 seconds");
});

test("raw numbers get their units", () => {
  const numbers = { neededBytes: "9100000000", availableBytes: "4200000000" };
  expect(failureText(told("model-too-large-for-memory", numbers)).happened).toMatch(/9\.10 GB.*4\.20 GB/u);
  expect(failureText(told("model-truncated", { neededBytes: "98362432", fileBytes: "1200" })).happened).toMatch(
    /98 MB.*1 kB/u,
  );
  expect(failureText(told("model-truncated", { neededBytes: "<b>", fileBytes: "x" })).happened).not.toContain("<b>");
});

test("a file name that the failure knows is kept, one that it lacks is given", () => {
  expect(failureText(withFileName({ code: "model-damaged" }, "a.gguf")).happened).toContain("“a.gguf”");
  expect(
    failureText(withFileName({ code: "model-damaged", details: { file: "b.gguf" } }, "a.gguf")).happened,
  ).toContain("“b.gguf”");
  expect(failureText(withFileName({ code: "model-damaged" }, undefined)).happened).toContain("The model file");
});

test("a reason is said as a sentence in the user's language, and as it stands where an earlier version wrote it", () => {
  const said = (given: Record<string, string>) => failureText(told("delta-damaged", given)).happened;
  const half = { reason: "half-missing", part: "blk.0" };
  expect(said(half)).toMatch(/ One half of blk\.0 is missing\.$/u);
  expect(said({ reason: "one half of blk.0 is missing" })).toMatch(/ One half of blk\.0 is missing\.$/u);
  expect(said({ reason: "something new" })).toMatch(/ Something new\.$/u);
  setLanguage({ code: "de", texts: { "One half of {part} is missing.": "Eine Hälfte von {part} fehlt." } });
  expect(said(half)).toMatch(/ Eine Hälfte von blk\.0 fehlt\.$/u);
  setLanguage(ENGLISH);
});

test("what another program holds is waited for, not looked into", () => {
  for (const code of ["save-failed", "download-folder-unusable", "models-folder-unusable", "write-failed"] as const) {
    const held = failureText(told(code, { reason: "held-by-another-program" }));
    expect(held.happened).toMatch(/ Another program is using a file there\.$/u);
    expect(held.advice).toMatch(/^Close programs that use it/u);
    expect(failureText(told(code, {})).advice).not.toBe(held.advice);
  }
});

test("a reason without its values is left out, and a name of Object's is no reason", () => {
  const said = (given: Record<string, string>) => failureText(told("delta-damaged", given)).happened;
  expect(said({ reason: "half-missing" })).toBe("The fine-tune is damaged and was not used.");
  expect(said({ reason: "constructor" })).toMatch(/ Constructor\.$/u);
});

test.each(Object.keys(FAILURE_REASONS) as FailureReason[])(
  "the reason %s is one sentence, with its values",
  (reason) => {
    const values = FAILURE_REASONS[reason].map((name, index) => [name, String(40 + index)] as const);
    const words = reasonWords({ reason, ...Object.fromEntries(values) }) ?? "";
    expect(words).toMatch(/^[^a-z].*\.$/u);
    expect(words).not.toMatch(/undefined|\.\.| {2}|\[object/u);
    for (const [, value] of values) expect(words).toContain(value);
  },
);

test("a technical cause never reaches the sentences", () => {
  expect(failureParagraph({ code: "internal", cause: "TypeError: x" })).not.toContain("TypeError");
});

test("a strength that is no number is not called a high one", () => {
  const { happened } = failureText(told("delta-alpha-invalid", { delta: "Pirate", alpha: "NaN" }));
  expect(happened).toContain("is not a number");
});
