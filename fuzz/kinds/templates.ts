// Chat templates: found out about, and used to write conversations. Engine and fit process.
import type { GgufHeader } from "../../electron/engine/gguf/readGgufHeader";
import { ChatFormat } from "../../electron/engine/template/ChatFormat";
import { MessageId } from "../../electron/contract/ids";
import { families } from "./templateSeeds";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { accepted, wrongAnswer } from "../judge";
import { mutateBytes } from "../mutate/bytes";
import { mutateText } from "../mutate/text";

const PIECES = [
  "{% for m in messages %}",
  "{% endfor %}",
  "{{ m.content }}",
  "{{ m['content'] | trim }}",
  "{%- if m.role == 'user' -%}",
  "{% else %}",
  "{% endif %}",
  "{% set ns = namespace(a=[]) %}",
  "{{ tools | tojson(indent=4) }}",
  "{{ raise_exception('no') }}",
  "{{ strftime_now('%Y-%m-%d') }}",
  "{% macro m(a, b=1) %}{{ a }}{% endmacro %}",
  "{{ range(100000) | list }}",
  "{{ 'a' * 100000 }}",
  "{% generation %}",
  "{{ messages[-1:0:-1] }}",
  "{{ loop.previtem }}",
  "{{ '%s' % (1, 2) }}",
  "{{ '{0.a[1]!r:>10}'.format(messages) }}",
  "| map(attribute='x.y')",
  "| selectattr('role', 'equalto', 'user')",
  "| batch(3)",
  "| groupby('role')",
  "{# ",
  " #}",
  "{% raw %}",
];
/** Reading it, trying it and what it finds out: each is cut off by its own limit of some seconds. */
const HANG_MS = 15_000;

export const templates: FuzzKind = {
  name: "templates",
  count: 7_000,
  readBy: "child",
  hangMs: HANG_MS,
  memoryLimitBytes: 1_500 * MEGABYTE,
  async open() {
    const seeds = families();
    const vocabulary = {
      specialTokens: [{ use: "eos" as const, id: 2, text: "<|im_end|>" }],
      markerTexts: ["<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>"],
      isControl: (text: string) => text.startsWith("<|"),
    };
    return {
      make(random) {
        const seed = random.of(seeds);
        const changed =
          random.below(8) === 0
            ? mutateBytes(Buffer.from(seed), random, Buffer.from(random.of(seeds)))
            : Buffer.from(mutateText(seed, random, PIECES));
        return { template: changed };
      },
      async run(input) {
        const header = headerWith(Buffer.from(inputPart(input, "template")).toString());
        // Always finds a format: another one where the file's own does not work.
        const format = ChatFormat.of(header, vocabulary);
        const turns = [
          {
            messageId: MessageId.parse("q"),
            role: "user" as const,
            parts: [{ kind: "text" as const, text: "Hello {{ x }} <|im_end|>" }],
          },
        ];
        const written = format.write({ systemPrompt: "Be brief.", turns, now: new Date(0) }, (text) => text);
        if (!written.ok) return { kind: "refused", code: written.problem };
        if (format.facts.problem !== null)
          return format.problemDetail === null
            ? wrongAnswer(`${format.facts.problem} without a reason`)
            : { kind: "refused", code: format.facts.problem };
        return accepted;
      },
    };
  },
};

function headerWith(template: string): GgufHeader {
  return {
    version: 3,
    tensors: [],
    dataOffsetBytes: 0,
    weightsBytes: 0,
    vocabulary: null,
    metadata: new Map([["tokenizer.chat_template", { kind: "scalar", type: 8, value: template }]]),
  };
}
