// Damage to texts: letters that few expect, words twice, numbers at their limits.
import type { Random } from "../../scripts/texts/Random";

export const NASTY_TEXTS: readonly string[] = [
  "",
  " ",
  "\0",
  "\u0001\u001b[31m",
  "\uFEFF",
  "\uFFFE\uFFFF",
  "\ud800",
  "\udc00\ud800",
  "\u202e\u2066txt.exe",
  "\u200b\u200d\u2060",
  "e\u0301".repeat(20),
  "Z\u0351\u0323".repeat(40),
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "\u0130\u0131\u1e9e\ufb03",
  "\r\n\t\v\f\u0085\u2028\u2029",
  "../../../../etc/passwd",
  String.raw`..\..\con.txt`,
  "/dev/zero",
  "/proc/self/mem",
  "CON",
  "a".repeat(300),
  "__proto__",
  "constructor",
  "toString",
  "%s%n%d",
  "'; DROP TABLE messages; --",
  '" OR ""="',
  "<script>alert(1)</script>",
  "{{7*7}}",
  "(a+)+$",
  "1e999",
  "-0",
  "x".repeat(70_000),
];

export const NASTY_NUMBERS: readonly string[] = [
  "0",
  "-0",
  "-1",
  "0.1",
  "1e-400",
  "1e308",
  "1e999",
  "-1e999",
  "9007199254740992",
  "9007199254740993",
  "18446744073709551616",
  "2147483648",
  "-2147483649",
  "4294967296",
  "1".repeat(400),
];

const MOST_CHANGES = 5;

type Change = (text: string, at: number, random: Random, pieces: readonly string[]) => string;

const CHANGES: readonly Change[] = [
  (text, at) => text.slice(0, at),
  (text, at, random) => text.slice(0, at) + text.slice(at + random.between(1, 40)),
  (text, at, random) => text.slice(0, at) + random.of(NASTY_TEXTS) + text.slice(at),
  (text, at, random) => {
    const length = random.between(1, 80);
    return text.slice(0, at) + text.slice(at, at + length).repeat(random.between(2, 12)) + text.slice(at + length);
  },
  (text, at, random) => text.slice(0, at) + String.fromCharCode(random.below(0x1_0000)) + text.slice(at + 1),
  (text, at, random) => text.slice(0, at) + text.slice(at).replace(/-?\d+(?:\.\d+)?/u, () => random.of(NASTY_NUMBERS)),
  (text, at, random) => {
    const from = random.below(text.length + 1);
    return text.slice(0, at) + text.slice(from, from + random.between(1, 200)) + text.slice(at);
  },
  (text, at, random, pieces) => (pieces.length === 0 ? text : text.slice(0, at) + random.of(pieces) + text.slice(at)),
];

/** `pieces`: of the language that the text is in. */
export function mutateText(text: string, random: Random, pieces: readonly string[] = []): string {
  let changed = text;
  for (let left = random.between(1, MOST_CHANGES); left > 0; left--)
    changed = random.of(CHANGES)(changed, random.below(changed.length + 1), random, pieces);
  return changed;
}
