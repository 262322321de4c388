// Stop strings end an answer wherever the pieces are cut; nothing else is lost, and nothing of them is shown.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StopText } from "./StopText";

function run(stops: string[], parts: string[]): { text: string; stopped: boolean } {
  const watcher = new StopText(stops);
  let shown = "";
  for (const part of parts) {
    const { text, stopped } = watcher.push(part);
    shown += text;
    if (stopped) return { text: shown, stopped };
  }
  return { text: shown + watcher.finish(), stopped: false };
}

describe("StopText", () => {
  it("stops at a string that comes in pieces", () => {
    expect(run(["### Human"], ["Hi\n#", "## Hu", "man\nmore"])).toEqual({ text: "Hi\n", stopped: true });
  });

  it("gives back what only began like a stop string", () => {
    expect(run(["### Human"], ["Hi ### Hu", "ge"])).toEqual({ text: "Hi ### Huge", stopped: false });
    expect(run(["abc"], ["ab"])).toEqual({ text: "ab", stopped: false });
  });

  it("shows exactly the text before the first stop string, however it is cut", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 });
    const stop = fc.string({ unit: fc.constantFrom("a", "b", "\n"), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), fc.array(stop, { maxLength: 3 }), (parts, stops) => {
        const whole = parts.join("");
        const { text, stopped } = run(stops, parts);
        const containsStop = (candidate: string) => stops.some((one) => candidate.includes(one));
        const rest = whole.slice(text.length);
        expect(whole.startsWith(text)).toBe(true);
        expect(containsStop(text)).toBe(false);
        expect(stopped).toBe(containsStop(whole));
        expect(stopped ? stops.some((one) => rest.startsWith(one)) : rest === "").toBe(true);
      }),
    );
  });
});
