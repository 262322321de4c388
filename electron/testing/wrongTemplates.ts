// Chat templates that are not templates, or that would run forever.
import { text, wrongModel, type WrongModel } from "./wrongModel";
import type { MetadataEntry } from "./tinyGguf";

export function wrongTemplates(): WrongModel[] {
  const set = (name: string, entry: MetadataEntry | undefined) =>
    wrongModel(`a template ${name}`, "either", (draft) => draft.set("tokenizer.chat_template", entry));
  const template = (name: string, source: string) => set(name, text(source));
  const prompt = "{% for m in messages %}{{ m.content }}{% endfor %}";
  return [
    set("that is not there", undefined),
    set("that is a number", { type: "uint32", value: 7 }),
    set("that is a list", { type: "strings", value: ["a", "b"] }),
    template("that is empty", ""),
    template("of blanks", " \n\t "),
    template("of 70,000 characters", `${prompt}${"{# long #}".repeat(7000)}`),
    template("of 16 megabytes", "x".repeat(16_000_000)),
    template("that is no template", "{% for"),
    template("with an end alone", "{% endfor %}"),
    template("that closes nothing", "{{ messages[0]"),
    template("with an unknown tag", `{% launch missiles %}${prompt}`),
    template("with an unknown filter", "{{ messages[0].content | explode }}"),
    template("with an unknown function", "{{ system('ls') }}"),
    template("that raises an exception", "{{ raise_exception('No') }}"),
    template("that says nothing", "{# nothing #}"),
    template("that always says the same", "The same."),
    template("that leaves the messages out", "{{ bos_token }}"),
    template("that reaches for the constructor", "{{ messages.constructor.constructor('return process')().exit(1) }}"),
    template("that reaches for a prototype", "{{ messages.__proto__.polluted }}{% set messages.__proto__ = 1 %}"),
    template("that reaches into Python", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    template("that loops for ever", "{% for a in range(1000000000) %}x{% endfor %}"),
    template(
      "that loops in loops",
      "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}{% endfor %}{% endfor %}{% endfor %}",
    ),
    template("with a range of 10^15", "{{ range(1000000000000000) | length }}"),
    template("that writes 10^9 letters", "{{ 'x' * 1000000000 }}"),
    template(
      "that doubles a text 40 times",
      "{% set ns = namespace(t='x') %}{% for i in range(40) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}",
    ),
    template(
      "that doubles a list 40 times",
      "{% set ns = namespace(t=[1]) %}{% for i in range(40) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t | length }}",
    ),
    template("that joins 10^8 letters", "{{ range(100000000) | join('xxxxxxxx') }}"),
    template("that indents for ever", "{{ 'a\\n' * 1000 | indent(1000000) }}"),
    template(
      "that replaces and grows",
      "{% set ns = namespace(t='a') %}{% for i in range(30) %}{% set ns.t = ns.t | replace('a', 'aa') %}{% endfor %}{{ ns.t }}",
    ),
    template("whose macro calls itself", "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}"),
    template("whose macro calls itself twice", "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}"),
    template("with 20,000 brackets", `{{ ${"(".repeat(20_000)}1${")".repeat(20_000)} }}`),
    template("with 10,000 lists in lists", `{{ ${"[".repeat(10_000)}${"]".repeat(10_000)} }}`),
    template("with 5,000 conditions in each other", `${"{% if true %}".repeat(3000)}x${"{% endif %}".repeat(3000)}`),
    template("with 30,000 nots", `{{ ${"not ".repeat(15_000)}true }}`),
    template("with a long sum", `{{ ${"1 + ".repeat(15_000)}1 }}`),
    template("that divides by zero", "{{ 1 / 0 }}{{ 1 // 0 }}{{ 1 % 0 }}"),
    template("that sorts 10^7 numbers", "{{ range(10000000) | sort | length }}"),
    template("that makes JSON of itself", "{% set a = [] %}{{ a.append(a) }}{{ a | tojson }}"),
    template("with a slice of 10^9", "{{ ('x' * 100)[::1000000000] }}{{ 'x'[0:1000000000] }}"),
    template(
      "of control tokens",
      "{% for m in messages %}<|im_start|><|im_start|><|im_end|>{{ m.content }}{% endfor %}",
    ),
    template("with zero bytes", `\0\0${prompt}\0`),
    template("with lone halves of characters", `\ud800${prompt}`),
    template(
      "that wants other roles",
      "{% for m in messages %}{% if m.role == 'wizard' %}{{ m.content }}{% else %}{{ raise_exception('Only wizards') }}{% endif %}{% endfor %}",
    ),
    template(
      "that tells each message a thousand times",
      "{% for m in messages %}{% for i in range(1000) %}{{ m.content }}{% endfor %}{% endfor %}",
    ),
    template("that formats without end", "{{ '%1000000000d' % 1 }}{{ '{:>1000000000}'.format(1) }}"),
    template(
      "with a regular expression's nightmare",
      `{{ ('a' * 40) | replace('(a+)+$', '') }}{{ '${"a".repeat(30)}!'.split('(a+)+$') }}`,
    ),
    ...Array.from({ length: 8 }, (_, index) => template(`of random pieces, ${index}`, randomPieces(index + 1))),
  ];
}

/** Pieces of templates in a random order: most are no template, some are. */
function randomPieces(seed: number): string {
  const pieces = [
    "{% for m in messages %}",
    "{% endfor %}",
    "{{ m.content }}",
    "{{ messages[0].role }}",
    "{% if m %}",
    "{% endif %}",
    "{% set a = m %}",
    "{{ a }}",
    "{%- else -%}",
    "{{ bos_token }}",
    "}}",
    "{%",
    "\n",
    "{# ",
    " #}",
    "{{ a.b.c }}",
    "{% break %}",
  ];
  let state = seed * 2_654_435_761;
  return Array.from({ length: 40 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return pieces[state % pieces.length] ?? "";
  }).join("");
}
