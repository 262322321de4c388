// Templates to begin with: those of the families in the tests, and small ones of each way to write.
import { answerKinds } from "../../electron/testing/families";
import { chatMlTemplate } from "../../electron/testing/tinyGguf";

export function families(): string[] {
  const own = answerKinds.flatMap(({ family }) => (family.chatTemplate === null ? [] : [family.chatTemplate]));
  return [
    ...new Set(own),
    chatMlTemplate,
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}\n{% endfor %}{% if tools %}{{ tools | tojson }}{% endif %}",
    "{%- set ns = namespace(system='') -%}{%- for m in messages if m.role == 'system' -%}{%- set ns.system = ns.system ~ m.content -%}{%- endfor -%}{{ ns.system }}{% for m in messages %}{% if m.role != 'system' %}<|{{ m.role }}|>{{ m.content.split('</think>')[-1].lstrip('\\n') }}{% endif %}{% endfor %}{{ '<think>\\n' if enable_thinking is not defined or enable_thinking }}",
  ];
}
