// What a stranger's template can do to the engine, and what a template tells about its inputs.
import { describe, expect, it } from "vitest";
import { TimeLimitError, withTimeLimit } from "../timeLimit";
import { filters } from "./builtins/filters";
import { JinjaTemplate, type JsonValue } from "./JinjaTemplate";
import { TemplateError } from "./TemplateError";

const NOW = new Date(2026, 10, 28, 12, 34, 56);

function render(source: string, variables: Record<string, JsonValue> = {}): string {
  return new JinjaTemplate(source).render(variables, NOW);
}

/** The kind of the error that rendering ends with. */
function failure(source: string, variables: Record<string, JsonValue> = {}): string {
  try {
    return `wrote ${render(source, variables).length} characters`;
  } catch (error) {
    if (error instanceof TemplateError) return error.kind;
    throw error;
  }
}

describe("a template that", () => {
  it("refuses a conversation says why in its own words", () => {
    expect(() => render("{{ raise_exception('Roles must alternate: ' ~ x) }}", { x: 2 })).toThrow(
      expect.objectContaining({ kind: "raised", message: "Roles must alternate: 2" }),
    );
  });

  it.each([
    ["macros", "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}"],
    ["call blocks", "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}"],
    ["loops", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"],
    ["parentheses", `{{ ${"(".repeat(20_000)}1${")".repeat(20_000)} }}`],
    ["lists", `{{ ${"[".repeat(20_000)}${"]".repeat(20_000)} }}`],
    ["signs", `{{ ${"-".repeat(30_000)}1 }}`],
    ["negations", `{{ ${"not ".repeat(15_000)}1 }}`],
    ["conditions", `${"{% if 1 %}".repeat(6_000)}${"{% endif %}".repeat(6_000)}`],
    ["a namespace in itself", "{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns }}"],
  ])("nests %s without end is refused", (_what, source) => {
    expect(failure(source)).toBe("failed");
  });

  it("is given JSON that nests without end refuses it", () => {
    const nested = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) as JsonValue;
    expect(failure("{{ x|tojson }}", { x: nested })).toBe("failed");
  });

  it.each([
    ["{% for i in range(100000) %}{{ 'a' * 100 }}{% endfor %}"],
    ["{{ 'a' * 1000000000 }}"],
    ["{% set ns = namespace(s='ab') %}{% for i in range(40) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"],
    ["{% set ns = namespace(s='ab') %}{% for i in range(40) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}"],
    ["{% set ns = namespace(s=[1]) %}{% for i in range(40) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"],
    ["{{ [['a' * 1000] * 1000] * 1000 }}"],
    ["{{ ([['a' * 1000] * 1000] * 1000)|tojson }}"],
    ["{{ [1, [2]]|tojson(indent='a' * 5000000) }}"],
    ["{{ 'x'.center(1000000000) }}"],
    ["{{ '%1000000000d' % 1 }}"],
    ["{{ '%.1000000000f' % 1 }}"],
    ["{{ '{:1000000000}'.format(1) }}"],
    ["{{ ('a' * 100000)|replace('a', 'b' * 100000) }}"],
    ["{{ ('a' * 100000)|replace('', 'b' * 100000) }}"],
    ["{{ ('\t' * 100000).expandtabs(100000) }}"],
    ["{{ ('a\n' * 100000)|indent(100000) }}"],
    ["{{ ('x' * 1000000).join('abcdefghijklm') }}"],
    ["{{ ('&' * 2000000)|e }}"],
    ["{{ [1]|batch(1000000000, 0)|list }}"],
  ])("writes more than a prompt holds is cut off: %s", (source) => {
    expect(failure(source)).toBe("too-long");
  });

  it.each([
    ["{{ range(100001) }}"],
    ["{{ 10 ** 1000000 }}"],
    ["{{ 2 ** (2 ** 62) }}"],
    ["{{ 10 ** 5000 }}"],
    ["{% include 'x' %}"],
    ["{{ lipsum() }}"],
    ["{{ 'a'|urlize }}"],
  ])("asks for what there is none of is refused: %s", (source) => {
    expect(failure(source)).toBe("failed");
  });

  it.each([
    ["{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"],
    ["{% set l = [1] * 1000000 %}{% for a in range(100000) %}{{ l|sort|first }}{% endfor %}"],
    ["{% set x = 3 ** 10000 %}{% for a in range(100000) %}{% set y = x * x // x %}{% endfor %}"],
    ["{% for a in range(100000) %}{% set x = ('ab' * 2000000).split('a')|length %}{% endfor %}"],
  ])("takes its time can be interrupted: %s", (source) => {
    const template = new JinjaTemplate(source);
    const start = performance.now();
    expect(() => withTimeLimit(300, () => template.render({}, NOW))).toThrow(TimeLimitError);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it.each([
    ["texts", "('x' * 7000000 ~ i) | upper"],
    ["pieces of texts", "('a ' * 400000 ~ i).split(' ')"],
    ["lists", "[i] * 1000000"],
    ["objects", "[{'a': [i] * 8, 'b': 'x' ~ i}] * 1 + [{'c': [i] * 100000}]"],
  ])(
    "keeps ever more %s is refused before the memory is full, and forgotten",
    (_what, made) => {
      const source = `{% set ns = namespace(kept=[]) %}{% for i in range(100000) %}{% set ns.kept = ns.kept + [${made}] %}{% endfor %}`;
      const before = process.memoryUsage().rss;
      expect(failure(source)).toBe("too-long");
      expect(process.memoryUsage().rss - before).toBeLessThan(900_000_000);
      expect(new JinjaTemplate("{{ 'x' * 3 }}").render({}, NOW)).toBe("xxx");
    },
    60_000,
  );

  it("writes a long conversation anew with each message is none of these", () => {
    const messages = Array.from({ length: 1000 }, (_, index) => ({ content: `${index} ${"word ".repeat(200)}` }));
    const source =
      "{% set ns = namespace(t='') %}{% for m in messages %}{% set ns.t = ns.t ~ m.content | trim %}{% endfor %}{{ ns.t }}";
    expect(new JinjaTemplate(source).render({ messages }, NOW).length).toBeGreaterThan(1_000_000);
  });

  it("reaches for JavaScript finds nothing", () => {
    const names = [
      "constructor",
      "__proto__",
      "prototype",
      "toString",
      "valueOf",
      "hasOwnProperty",
      "call",
      "apply",
      "map",
      "items.constructor",
    ];
    const values = [
      "m",
      "m.x",
      "l",
      "s",
      "1",
      "true",
      "none",
      "namespace()",
      "range",
      "range(2)",
      "cycler(1)",
      "m.get",
      "s.upper",
      "dict",
      "namespace",
      "l|map('upper')",
      "(1,)",
    ];
    for (const value of values) {
      for (const name of names) {
        if (value === "none" || name.includes(".")) continue;
        expect([
          value,
          name,
          render(`{{ ((${value}).${name} is defined) or ((${value})['${name}'] is defined) }}`, {
            m: { x: 1 },
            l: [1],
            s: "s",
          }),
        ]).toEqual([value, name, "False"]);
      }
    }
    expect(
      render("{{ m.constructor }}{{ m['__proto__'] }}", {
        m: JSON.parse('{"constructor": "a", "__proto__": "b"}') as JsonValue,
      }),
    ).toBe("ab");
    expect(render("{{ constructor is defined }}{{ toString is defined }}{{ globalThis is defined }}")).toBe(
      "FalseFalseFalse",
    );
  });
});

describe("noncharacters, with which the prompt writer marks text,", () => {
  const MARKED = "\ufdd0Ab c\ufdef";
  const ARGUMENTS: Readonly<Record<string, string>> = {
    batch: "(2)",
    slice: "(1)",
    replace: "('b', 'b')",
    format: "()",
    map: "('string')",
    truncate: "(99)",
    default: "('')",
  };
  /** Those that give no text, or need something else than text. */
  const OTHER = new Set([
    "abs",
    "attr",
    "count",
    "dictsort",
    "filesizeformat",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "last",
    "length",
    "max",
    "min",
    "pprint",
    "random",
    "rejectattr",
    "reject",
    "round",
    "selectattr",
    "sum",
    "urlize",
    "wordcount",
    "wordwrap",
    "xmlattr",
  ]);

  it.each([...filters.keys()].filter((name) => !OTHER.has(name)))("pass through the filter %s", (name) => {
    const text = render(`{{ (x|${name}${ARGUMENTS[name] ?? ""})|list|string }}`, { x: MARKED });
    expect(text.match(/[\ufdd0-\ufdef]/g)).toHaveLength(2);
  });

  it("pass through printing, JSON and formats", () => {
    const text = render(
      "{{ [x] }}{{ {x: x}|tojson(ensure_ascii=true) }}{{ '%a' % x }}{{ '{!r}'.format(x) }}{{ x.title().strip().swapcase() }}{{ x|urlencode }}",
      { x: MARKED },
    );
    expect(text.match(/[\ufdd0-\ufdef]/g)).toHaveLength(14);
  });
});

describe("inputs", () => {
  const inputs = (source: string) => Object.fromEntries(new JinjaTemplate(source).inputs);

  it("are the names that a template looks up outside, with the literals that they meet", () => {
    const source = `
      {%- if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}
      {%- set effort = reasoning_effort | default("medium") | lower %}
      {%- set ns = namespace(think=enable_thinking, last=0) %}
      {%- if ns.think is false %}off{% elif effort == "high" or effort in ["low", "medium"] %}{{ {"max": 1}[reasoning_effort] }}{% endif %}
      {%- for m in messages %}{% set content = m.content %}{{ content }}{{ loop.index }}{{ range(3) }}{% if budget != -1 %}{% endif %}{% endfor %}
      {%- macro show(x) %}{{ x }}{{ caller() }}{% endmacro %}`;
    expect(inputs(source)).toEqual({
      add_generation_prompt: { comparedTo: [], defaults: [false] },
      reasoning_effort: { comparedTo: ["high", "low", "medium", "max"], defaults: ["medium"] },
      enable_thinking: { comparedTo: [false], defaults: [] },
      messages: { comparedTo: [], defaults: [] },
      budget: { comparedTo: [-1], defaults: [] },
    });
  });

  it("are no names that a template sets itself", () => {
    expect(
      inputs(
        "{% set a = 1 %}{{ a }}{% for b in [1] %}{{ b }}{% endfor %}{% macro c(d) %}{{ d }}{% endmacro %}{{ c(1) }}{% if true %}{% set e = 1 %}{% endif %}{{ e }}",
      ),
    ).toEqual({});
  });

  it("are those that are set where they were not given, in whatever branch", () => {
    expect(
      Object.keys(
        inputs(
          "{% if x %}{% set mode = 'on' %}{% elif mode is not defined %}{% set mode = 'off' %}{% endif %}{{ mode }}",
        ),
      ),
    ).toEqual(["x", "mode"]);
  });
});
