// Cards as they are found at the hub, and ones that were made to hurt.
import { expect, test } from "vitest";
import { cardText } from "./cardText";

test("takes away front matter, tags, comments and badges, and keeps the words", () => {
  const readme = `---\nlicense: mit\ntags:\n- gguf\n---\n<div align="center">\n<img src="x.png">\n<b>Tiny</b> model\n</div>\n<!-- secret -->\n# Tiny\n[![badge](https://a/b.svg)](https://c) ![](pic.png)Good for **tests**.\n`;
  expect(cardText(readme)).toBe("Tiny model\n\n# Tiny\n Good for **tests**.");
});

test("leaves code as it is", () => {
  const code = "```html\n<div>--- ![x](y)</div>\n```";
  expect(cardText(`Use:\n\n${code}\n\n<p>End</p>`)).toBe(`Use:\n\n${code}\n\nEnd`);
});

test("a card without front matter keeps its rule", () => {
  expect(cardText("Hello\n\n---\n\nWorld")).toBe("Hello\n\n---\n\nWorld");
});

test.each([
  ["tags that never end", "<div ".repeat(20_000)],
  ["comments that never end", "<!--".repeat(20_000)],
  ["badges that never end", "[![".repeat(20_000)],
  ["fences that never end", "```\n".repeat(15_001)],
  ["scripts that never end", "<script>".repeat(10_000)],
  ["front matter that never ends", `---\n${"a: b\n".repeat(200_000)}`],
])("is quick with %s", (_name, text) => {
  // Processor time: what else runs on the machine does not count. Work that grows with the square of the length takes minutes.
  const before = process.cpuUsage();
  cardText(text);
  expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
});
