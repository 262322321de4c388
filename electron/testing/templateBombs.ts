// Chat templates that would take all the time or all the memory there is. Some wait for a word of the user: what is tried when the model is
// loaded shows nothing of them.

export interface TemplateBomb {
  name: string;
  source: string;
}

/** What a user says to set off those that wait. */
export const FUSE = "boom";

/** Keeps what `expression` makes, again and again. */
const keep = (expression: string) =>
  `{% set ns = namespace(kept=[]) %}{% for i in range(100000) %}{% set ns.kept = ns.kept + [${expression}] %}{% endfor %}`;

const payloads: Readonly<Record<string, string>> = {
  "loops in loops, 10^9 times":
    "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% set d = c %}{% endfor %}{% endfor %}{% endfor %}",
  "a macro that calls itself": "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
  "a macro that calls itself twice, 60 deep":
    "{% macro m(n) %}{% if n < 60 %}{{ m(n + 1) }}{{ m(n + 1) }}{% endif %}{% endmacro %}{{ m(0) }}",
  "a text that is doubled 40 times":
    "{% set ns = namespace(t='x') %}{% for i in range(40) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}",
  "texts of millions of letters, kept": keep("('x' * 7000000 ~ i) | upper"),
  "texts of millions of wide letters, kept": keep("('語' * 7000000 ~ i) | upper"),
  "texts with replaced letters, kept": keep("('語' * 700000 ~ i) | replace('語', '言')"),
  "lists of a million numbers, kept": keep("(range(100000) | list) * 10"),
  "lists that are doubled 40 times":
    "{% set ns = namespace(t=[1]) %}{% for i in range(40) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t | length }}",
  "lists in lists as JSON, 2^40 of them":
    "{% set ns = namespace(t=[1]) %}{% for i in range(40) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t | tojson }}",
  "lists in lists as text, 2^40 of them":
    "{% set ns = namespace(t=[1]) %}{% for i in range(40) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t | string }}",
  "lists in lists compared, 2^40 of them":
    "{% set a = namespace(t=[1]) %}{% set b = namespace(t=[1]) %}{% for i in range(40) %}{% set a.t = [a.t, a.t] %}{% set b.t = [b.t, b.t] %}{% endfor %}{{ a.t == b.t }}",
  "filters over a list of a million":
    "{% set l = (range(100000) | list) * 10 %}{% for i in range(10000) %}{% set _ = l | map('string') | map('upper') | sort(reverse=true) | unique | list %}{% endfor %}",
  "pieces of a long text, kept": keep("('a ' * 400000 ~ i).split(' ')"),
  "groups of a million, kept": keep("(range(100000) | list) | batch(2) | list"),
  "whole numbers of 60,000 bits, kept": `{% set ns = namespace(kept=[]) %}{% for j in range(100000) %}${keep("2 ** 60000 + i").slice(keep("").indexOf("{% for"))}{% endfor %}`,
  "objects, kept": keep("{'a': {'b': [i, i, i, i, i, i, i, i], 'c': 'x' ~ i}, 'd': dict(e=[i] * 10000)}"),
  "eight million letters of output": "{{ 'word ' * 1600000 }}",
  "a hundred thousand letters of output": "{{ 'word ' * 20000 }}",
  "a text that is searched by a slow pattern":
    "{% for i in range(100000) %}{% set _ = ('a' * 4000000) | replace('aab', 'x') | trim | title | wordcount %}{% endfor %}",
  "a text that is wrapped at each letter":
    "{{ ('a ' * 2000000) | wordwrap(1) | length }}{{ ('a' * 4000000) | wordwrap(1) | length }}",
};

const prompt = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";

/** Each goes off as soon as the template is tried. */
export function templateBombs(): TemplateBomb[] {
  return [
    ...Object.entries(payloads).map(([name, source]) => ({ name, source: `${prompt}${source}` })),
    { name: "ten megabytes of template", source: `${prompt}{# ${"long ".repeat(2_000_000)} #}` },
    {
      name: "a quarter of a megabyte of nested conditions",
      source: `${prompt}${"{% if a %}".repeat(15_000)}${"{% endif %}".repeat(9_000)}`,
    },
  ];
}

/** Each goes off when the user says the word. */
export function waitingTemplateBombs(): TemplateBomb[] {
  return Object.entries(payloads).map(([name, source]) => ({
    name,
    source: `${prompt}{% if '${FUSE}' in messages[-1].content %}${source}{% endif %}`,
  }));
}
