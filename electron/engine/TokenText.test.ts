// Text comes out in whole characters, and all of it.
import { describe, expect, it } from "vitest";
import type { Token } from "node-llama-cpp";
import { TokenText } from "./TokenText";

/** One token per byte, decoded as llama.cpp's text reaches JavaScript: broken characters become U+FFFD. */
const byteModel = {
  detokenize: (tokens: readonly Token[], _special?: boolean, before: readonly Token[] = []) => {
    const text = (values: readonly Token[]) => new TextDecoder().decode(Uint8Array.from(values));
    return text([...before, ...tokens]).slice(text(before).length);
  },
};
const tokens = (bytes: Uint8Array) => [...bytes] as Token[];

describe("TokenText", () => {
  it("never shows part of a character", () => {
    const text = "naïve 日本語 👩‍👩‍👧 🇪🇺 end";
    const reader = new TokenText(byteModel);
    const parts = tokens(new TextEncoder().encode(text)).map((token) => reader.push(token));
    expect(parts.join("") + reader.finish()).toBe(text);
    for (const part of parts) expect(part).not.toContain("\uFFFD");
  });

  it("drops an incomplete character at the end", () => {
    const reader = new TokenText(byteModel);
    const bytes = new TextEncoder().encode("ok 🙂").slice(0, -2);
    const shown = tokens(bytes)
      .map((token) => reader.push(token))
      .join("");
    expect(shown + reader.finish()).toBe("ok ");
  });

  it("does not wait forever for bytes that are no character", () => {
    const reader = new TokenText(byteModel);
    const shown = tokens(new Uint8Array(20).fill(0xff))
      .map((token) => reader.push(token))
      .join("");
    expect(shown.length).toBeGreaterThan(0);
  });
});
