import { expect, it } from "vitest";
import { loadChoice } from "../testing/loadChoice";
import { contextAttempts } from "./contextAttempts";

const attempts = (over: Parameters<typeof loadChoice>[0]) =>
  [...contextAttempts(loadChoice(over))].map(
    ({ contextSizeTokens, conversations, keyCacheType, valueCacheType }) =>
      `${contextSizeTokens} ${conversations} ${keyCacheType}/${valueCacheType}`,
  );

it("halves the context", () => {
  expect(attempts({ contextSizeTokens: 2048 })).toEqual(["2048 1 f16/f16", "1024 1 f16/f16", "512 1 f16/f16"]);
});

it("gives up conversations first", () => {
  expect(attempts({ contextSizeTokens: 1024, conversations: 3 })).toEqual([
    "1024 3 f16/f16",
    "1024 1 f16/f16",
    "512 1 f16/f16",
  ]);
});

it("tries each size with an exact KV cache before a smaller one", () => {
  expect(attempts({ contextSizeTokens: 1024, keyCacheType: "q8_0", valueCacheType: "q4_0" })).toEqual([
    "1024 1 q8_0/q4_0",
    "1024 1 f16/f16",
    "512 1 q8_0/q4_0",
    "512 1 f16/f16",
  ]);
});

it("tries what was asked for once, however small", () => {
  expect(attempts({ contextSizeTokens: 600 })).toEqual(["600 1 f16/f16"]);
});
