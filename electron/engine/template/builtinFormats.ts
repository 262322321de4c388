// Formats for models whose file has no chat template that works: known by the tokens that only they have. Engine and fit process.
import type { Vocabulary } from "./Vocabulary";

export interface BuiltinFormat {
  name: string;
  /** Control tokens that a vocabulary of this format has. */
  tokens: readonly string[];
  template: string;
}

/** Each written by its maker's description of the format; the BOS token is added where the file asks for it. */
const known: readonly BuiltinFormat[] = [
  {
    name: "ChatML",
    tokens: ["<|im_start|>", "<|im_end|>"],
    template:
      "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  },
  {
    name: "Llama 3",
    tokens: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    template:
      "{% for message in messages %}{{ '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content + '<|eot_id|>' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
  },
  {
    name: "Gemma",
    tokens: ["<start_of_turn>", "<end_of_turn>"],
    template:
      "{% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('Gemma has no system role') }}{% endif %}" +
      "{{ '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\\n' + message.content + '<end_of_turn>\\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}",
  },
];

/** What any model can make sense of: a script of a conversation. */
export const generalFormat: BuiltinFormat = {
  name: "General",
  tokens: [],
  template:
    "{% for message in messages %}{{ {'system': 'System', 'user': 'User', 'assistant': 'Assistant'}[message.role] + ': ' + message.content + '\\n\\n' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}",
};

export function formatByVocabulary(vocabulary: Vocabulary): BuiltinFormat | undefined {
  return known.find(({ tokens }) => tokens.every((token) => vocabulary.isControl(token)));
}
