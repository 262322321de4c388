// Families of published models: their special tokens with the types that llama.cpp's converter gives them, and how they write a conversation.
//
// A token that the tokenizer calls special, or that looks like <|…|>, becomes a control token; other added tokens are user-defined
// (conversion/base.py in llama.cpp, get_vocab_base).
import type { SpecialText } from "../scriptedModel";
import { chatTemplate, type Around, type TemplateStyle } from "./chatTemplate";

export interface ModelFamily {
  chatTemplate: string;
  /** As in ScriptedModelOptions: with thinking, and without where the template can. */
  generationPrompt: readonly string[];
  special: readonly SpecialText[];
  eos: string;
  bos?: string;
  eot?: string;
  eom?: string;
  addBos?: boolean;
  markers?: readonly string[];
}

type Ends = Omit<ModelFamily, "chatTemplate" | "generationPrompt" | "special"> &
  Partial<Pick<ModelFamily, "generationPrompt">>;

function family(
  style: TemplateStyle,
  ends: Ends,
  control: readonly string[],
  userDefined: readonly string[] = [],
): ModelFamily {
  const { generation, withoutThought } = style;
  return {
    generationPrompt: withoutThought === undefined ? [generation] : [generation, generation + withoutThought],
    ...ends,
    chatTemplate: chatTemplate({ writesBos: ends.addBos ?? false, ...style }),
    special: [
      ...control.map((text) => ({ text, type: "control" as const })),
      ...userDefined.map((text) => ({ text, type: "user-defined" as const })),
    ],
  };
}

const imStyle = {
  system: ["<|im_start|>system\n", "<|im_end|>\n"],
  user: ["<|im_start|>user\n", "<|im_end|>\n"],
  assistant: ["<|im_start|>assistant\n", "<|im_end|>\n"],
  tool: ["<|im_start|>user\n<tool_response>\n", "\n</tool_response><|im_end|>\n"],
  tools: ["<|im_start|>system\nYou may call these functions:\n<tools>", "</tools><|im_end|>\n"],
  generation: "<|im_start|>assistant\n",
} satisfies TemplateStyle;
const imEnds: Ends = { eos: "<|im_end|>", bos: "<|endoftext|>" };
const imControl = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const thinkTags = ["<think>", "</think>"];
const toolTags = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"];
const thinkLines: Around = ["<think>\n", "\n</think>\n\n"];

const jsonInTags = {
  around: ["", ""],
  between: "\n",
  call: `{{- '<tool_call>\\n{"name": "' + call.name + '", "arguments": ' + (call.arguments | tojson) + '}\\n</tool_call>' }}`,
} satisfies TemplateStyle["calls"];

/** Thoughts in tags of its own, which the model itself opens. */
export const qwen3 = family(
  { ...imStyle, thought: thinkLines, calls: jsonInTags, withoutThought: "<think>\n\n</think>\n\n" },
  imEnds,
  imControl,
  [...thinkTags, ...toolTags],
);

/** The prompt opens the thought. */
export const qwq = family(
  { ...imStyle, thought: thinkLines, calls: jsonInTags, generation: "<|im_start|>assistant\n<think>\n" },
  imEnds,
  imControl,
  [...thinkTags, ...toolTags],
);

/** Nobody opens the thought. */
export const unopened = family({ ...imStyle, thought: ["", "\n</think>\n\n"] }, imEnds, imControl, thinkTags);

/** No thoughts and no tool calls at all. */
export const chatMl = family(imStyle, imEnds, imControl);

/** The tags of calls are ordinary text. */
export const hermes = family({ ...imStyle, calls: jsonInTags }, imEnds, imControl);

export const thinkingTag = family(
  { ...imStyle, thought: ["<thinking>\n", "\n</thinking>\n\n"] },
  { ...imEnds, markers: ["<thinking>", "</thinking>"] },
  imControl,
);

export const kimiVl = family(
  {
    ...imStyle,
    user: ["<|im_user|>user<|im_middle|>", "<|im_end|>"],
    assistant: ["<|im_assistant|>assistant<|im_middle|>", "<|im_end|>"],
    system: ["<|im_system|>system<|im_middle|>", "<|im_end|>"],
    thought: ["◁think▷\n", "\n◁/think▷\n"],
    generation: "<|im_assistant|>assistant<|im_middle|>",
  },
  { eos: "<|im_end|>", bos: "[BOS]", markers: ["◁think▷", "◁/think▷"] },
  ["[BOS]", "[EOS]", "<|im_user|>", "<|im_assistant|>", "<|im_system|>", "<|im_middle|>", "<|im_end|>"],
);

export const kimiK2 = family(
  {
    ...imStyle,
    user: ["<|im_user|>user<|im_middle|>", "<|im_end|>"],
    assistant: ["<|im_assistant|>assistant<|im_middle|>", "<|im_end|>"],
    system: ["<|im_system|>system<|im_middle|>", "<|im_end|>"],
    tools: ["<|im_system|>tool_declare<|im_middle|>", "<|im_end|>"],
    tool: ["<|im_system|>tool<|im_middle|>", "<|im_end|>"],
    thought: ["<think>", "</think>"],
    calls: {
      around: ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"],
      between: "",
      call:
        `{{- "<|tool_call_begin|>functions." + call.name + ":" + (loop.index0 | string) }}` +
        `{{- "<|tool_call_argument_begin|>" + (call.arguments | tojson) + "<|tool_call_end|>" }}`,
    },
    generation: "<|im_assistant|>assistant<|im_middle|>",
  },
  { eos: "<|im_end|>", bos: "[BOS]" },
  [
    "[BOS]",
    "[EOS]",
    "<|im_user|>",
    "<|im_assistant|>",
    "<|im_system|>",
    "<|im_middle|>",
    "<|im_end|>",
    "<|tool_calls_section_begin|>",
    "<|tool_calls_section_end|>",
    "<|tool_call_begin|>",
    "<|tool_call_argument_begin|>",
    "<|tool_call_end|>",
  ],
  thinkTags,
);

/** Functions and parameters as tags around plain values. */
export const qwen3Coder = family(
  {
    ...imStyle,
    calls: {
      around: ["", ""],
      between: "\n",
      call:
        `{{- "<tool_call>\\n<function=" + call.name + ">\\n" }}` +
        `{%- for key, value in call.arguments | items %}{{- "<parameter=" + key + ">\\n" + (value | string) + "\\n</parameter>\\n" }}{%- endfor %}` +
        `{{- "</function>\\n</tool_call>" }}`,
    },
  },
  imEnds,
  imControl,
  toolTags,
);

export const miniMax = family(
  {
    system: ["]~!b[]~b]system\n", "[e~[\n"],
    user: ["]~b]user\n", "[e~[\n"],
    assistant: ["]~b]ai\n", "[e~[\n"],
    tool: ["]~b]tool\n<response>", "</response>[e~[\n"],
    tools: ["]~!b[]~b]system\n# Tools\n<tools>", "</tools>[e~[\n"],
    thought: thinkLines,
    calls: {
      around: ["<minimax:tool_call>\n", "</minimax:tool_call>"],
      between: "",
      call:
        `{{- '<invoke name="' + call.name + '">\\n' }}` +
        `{%- for key, value in call.arguments | items %}{{- '<parameter name="' + key + '">' + (value | string) + "</parameter>\\n" }}{%- endfor %}` +
        `{{- "</invoke>\\n" }}`,
    },
    generation: "]~b]ai\n<think>\n",
  },
  { eos: "[e~[", bos: "]~!b[" },
  ["]~!b[", "]~b]", "[e~["],
  [...thinkTags, "<minimax:tool_call>", "</minimax:tool_call>"],
);

export const lfm2 = family(
  {
    ...imStyle,
    tool: ["<|im_start|>tool\n", "<|im_end|>\n"],
    thought: ["<think>", "</think>"],
    calls: {
      around: ["<|tool_call_start|>[", "]<|tool_call_end|>"],
      between: ", ",
      call:
        `{{- call.name + "(" }}{%- for key, value in call.arguments | items %}{%- if not loop.first %}{{- ", " }}{%- endif %}` +
        `{{- key + "=" + (value | tojson) }}{%- endfor %}{{- ")" }}`,
    },
  },
  { eos: "<|im_end|>", bos: "<|startoftext|>", addBos: true },
  [
    "<|pad|>",
    "<|startoftext|>",
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|tool_call_start|>",
    "<|tool_call_end|>",
  ],
  thinkTags,
);

/** Ends a turn with the token that begins the next one. */
export const glm = family(
  {
    start: "[gMASK]<sop>",
    system: ["<|system|>\n", ""],
    user: ["<|user|>\n", ""],
    assistant: ["<|assistant|>", ""],
    tool: ["<|observation|>\n<tool_response>\n", "\n</tool_response>"],
    tools: ["<|system|>\n# Tools\n<tools>\n", "\n</tools>"],
    thought: ["\n<think>", "</think>"],
    text: ["\n", ""],
    calls: {
      around: ["", ""],
      between: "",
      call:
        `{{- "\\n<tool_call>" + call.name + "\\n" }}` +
        `{%- for key, value in call.arguments | items %}{{- "<arg_key>" + key + "</arg_key>\\n" }}` +
        `{{- "<arg_value>" + (value if value is string else value | tojson) + "</arg_value>\\n" }}{%- endfor %}` +
        `{{- "</tool_call>" }}`,
    },
    generation: "<|assistant|>",
    withoutThought: "\n<think></think>",
  },
  { eos: "<|endoftext|>", eot: "<|user|>", eom: "<|observation|>" },
  ["<|endoftext|>", "[gMASK]", "<sop>", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>"],
  [...thinkTags, ...toolTags, "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
);

const deepSeekMarks = [
  "<｜tool▁calls▁begin｜>",
  "<｜tool▁calls▁end｜>",
  "<｜tool▁call▁begin｜>",
  "<｜tool▁call▁end｜>",
  "<｜tool▁sep｜>",
  "<｜tool▁output▁begin｜>",
  "<｜tool▁output▁end｜>",
];
const deepSeekControl = [
  "<｜begin▁of▁sentence｜>",
  "<｜end▁of▁sentence｜>",
  "<｜User｜>",
  "<｜Assistant｜>",
  ...deepSeekMarks,
];
const deepSeekEnds: Ends = { eos: "<｜end▁of▁sentence｜>", bos: "<｜begin▁of▁sentence｜>", addBos: true };
const deepSeekStyle = {
  system: ["", ""],
  user: ["<｜User｜>", ""],
  assistant: ["<｜Assistant｜>", "<｜end▁of▁sentence｜>"],
  tool: ["<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>"],
  tools: ["## Tools\n", "\n"],
  generation: "<｜Assistant｜><think>",
} satisfies TemplateStyle;

export const deepSeekR1 = family(
  { ...deepSeekStyle, thought: thinkLines, generation: "<｜Assistant｜><think>\n" },
  deepSeekEnds,
  deepSeekControl,
  thinkTags,
);

export const deepSeekV31 = family(
  {
    ...deepSeekStyle,
    thought: ["<think>", "</think>"],
    withoutThought: "</think>",
    calls: {
      around: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
      between: "",
      call: `{{- "<｜tool▁call▁begin｜>" + call.name + "<｜tool▁sep｜>" + (call.arguments | tojson) + "<｜tool▁call▁end｜>" }}`,
    },
  },
  deepSeekEnds,
  deepSeekControl,
  thinkTags,
);

export const mistral = family(
  {
    system: ["[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"],
    user: ["[INST]", "[/INST]"],
    assistant: ["", "</s>"],
    tool: ["[TOOL_RESULTS]", "[/TOOL_RESULTS]"],
    tools: ["[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"],
    thought: ["[THINK]", "[/THINK]"],
    calls: {
      around: ["", ""],
      between: "",
      call: `{{- "[TOOL_CALLS]" + call.name + "[ARGS]" + (call.arguments | tojson) }}`,
    },
    generation: "",
  },
  // Nothing is written for the model to begin with: the prompt ends with what was said last.
  { eos: "</s>", bos: "<s>", addBos: true, generationPrompt: ["[/INST]", "[/TOOL_RESULTS]"] },
  [
    "<unk>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[TOOL_CALLS]",
    "[ARGS]",
    "[THINK]",
    "[/THINK]",
  ],
);

export const seedOss = family(
  {
    system: ["<seed:bos>system\n", "<seed:eos>"],
    user: ["<seed:bos>user\n", "<seed:eos>"],
    assistant: ["<seed:bos>assistant\n", "<seed:eos>"],
    thought: ["<seed:think>", "</seed:think>"],
    text: ["\n", ""],
    generation: "<seed:bos>assistant\n",
  },
  { eos: "<seed:eos>", bos: "<seed:bos>" },
  ["<seed:bos>", "<seed:eos>", "<seed:pad>", "<seed:think>", "</seed:think>"],
);

export const gemma4 = family(
  {
    system: ["<|turn>system\n", "<turn|>\n"],
    user: ["<|turn>user\n", "<turn|>\n"],
    assistant: ["<|turn>model\n", "<turn|>\n"],
    tool: ["<|tool_response>", "<tool_response|>"],
    tools: ["<|turn>system\n<|tool>", "<tool|><turn|>\n"],
    thought: ["<|channel>thought\n", "<channel|>"],
    calls: {
      around: ["", ""],
      between: "",
      call:
        `{{- "<|tool_call>call:" + call.name + "{" }}{%- for key, value in call.arguments | items %}{%- if not loop.first %}{{- "," }}{%- endif %}` +
        `{{- key + ":" + ('<|"|>' + value + '<|"|>' if value is string else value | string) }}{%- endfor %}{{- "}<tool_call|>" }}`,
    },
    generation: "<|turn>model\n",
  },
  { eos: "<turn|>", bos: "<bos>", addBos: true },
  ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<|tool>", "<tool|>", "<|think|>", "<|turn>", "<turn|>"],
  ["<|tool_call>", "<tool_call|>", "<|tool_response>", "<tool_response|>", '<|"|>', "<|channel>", "<channel|>"],
);

export const cohere = family(
  {
    system: ["<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>", "<|END_OF_TURN_TOKEN|>"],
    user: ["<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "<|END_OF_TURN_TOKEN|>"],
    assistant: ["<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"],
    tool: ["<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|><|START_TOOL_RESULT|>", "<|END_TOOL_RESULT|><|END_OF_TURN_TOKEN|>"],
    tools: ["<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|># Available Tools\n", "<|END_OF_TURN_TOKEN|>"],
    thought: ["<|START_THINKING|>", "<|END_THINKING|>"],
    text: ["<|START_RESPONSE|>", "<|END_RESPONSE|>"],
    calls: {
      around: ["<|START_ACTION|>[\n", "\n]<|END_ACTION|>"],
      between: ",\n",
      call:
        `{{- '    {"tool_call_id": "' + (loop.index0 | string) + '", "tool_name": "' + call.name }}` +
        `{{- '", "parameters": ' + (call.arguments | tojson) + "}" }}`,
    },
    generation: "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
    withoutThought: "<|START_THINKING|><|END_THINKING|>",
  },
  { eos: "<|END_OF_TURN_TOKEN|>", bos: "<BOS_TOKEN>", addBos: true },
  [
    "<PAD>",
    "<BOS_TOKEN>",
    "<EOS_TOKEN>",
    "<|START_OF_TURN_TOKEN|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|USER_TOKEN|>",
    "<|CHATBOT_TOKEN|>",
    "<|SYSTEM_TOKEN|>",
    "<|START_THINKING|>",
    "<|END_THINKING|>",
    "<|START_RESPONSE|>",
    "<|END_RESPONSE|>",
    "<|START_ACTION|>",
    "<|END_ACTION|>",
    "<|START_TOOL_RESULT|>",
    "<|END_TOOL_RESULT|>",
  ],
);

const roles = (name: string): Around => [`<|start_of_role|>${name}<|end_of_role|>`, "<|end_of_text|>\n"];

/** The template speaks of the tags and never writes them; they are ordinary text. */
export const granite = family(
  {
    start: roles("system").join(
      "Write your thoughts between <think></think> and write your response between <response></response>.",
    ),
    system: roles("system"),
    user: roles("user"),
    assistant: roles("assistant"),
    tool: roles("tool"),
    tools: roles("available_tools"),
    calls: {
      around: ["<|tool_call|>[", "]"],
      between: ", ",
      call: `{{- '{"name": "' + call.name + '", "arguments": ' + (call.arguments | tojson) + "}" }}`,
    },
    generation: "<|start_of_role|>assistant<|end_of_role|>",
  },
  { eos: "<|end_of_text|>", bos: "<|end_of_text|>", markers: ["<think>", "</think>", "<response>"] },
  ["<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>", "<|tool_call|>"],
);

const headers = (role: string): Around => [`<|start_header_id|>${role}<|end_header_id|>\n\n`, "<|eot_id|>"];

/** A call is bare JSON. */
export const llama3 = family(
  {
    system: headers("system"),
    user: headers("user"),
    assistant: headers("assistant"),
    tool: headers("ipython"),
    tools: [
      `${headers("system")[0]}To call a function, respond with {"name": its name, "parameters": its arguments}.\n`,
      "<|eot_id|>",
    ],
    calls: {
      around: ["", ""],
      between: "; ",
      call: `{{- '{"name": "' + call.name + '", "parameters": ' + (call.arguments | tojson) + "}" }}`,
    },
    generation: headers("assistant")[0],
  },
  { eos: "<|eot_id|>", bos: "<|begin_of_text|>", addBos: true },
  [
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|python_tag|>",
  ],
);

/** The prompt begins the thought in words; a line in brackets ends it. */
export const apriel = family(
  {
    system: ["<|begin_system|>\n", "\n"],
    user: ["<|begin_user|>\n", ""],
    assistant: ["\n<|begin_assistant|>\n", "\n<|end|>\n"],
    tool: ["<|begin_tool_result|>\n", "\n"],
    tools: [
      "<|begin_system|>\nReturn all function calls as a list of JSON objects within <tool_calls></tool_calls>.\n",
      "\n",
    ],
    thought: ["Here are my reasoning steps:\n", "\n[BEGIN FINAL RESPONSE]\n"],
    calls: {
      around: ["\n<tool_calls>[", "]</tool_calls>"],
      between: ", ",
      call: `{{- '{"name": "' + call.name + '", "arguments": ' + (call.arguments | tojson) + "}" }}`,
    },
    generation: "\n<|begin_assistant|>\nHere are my reasoning steps:\n",
  },
  { eos: "<|end|>", bos: "<s>", markers: ["[BEGIN FINAL RESPONSE]"] },
  ["<s>", "<|end|>", "<|begin_system|>", "<|begin_user|>", "<|begin_assistant|>", "<|begin_tool_result|>"],
);

export const nemotron = family(
  {
    system: ["<SPECIAL_10>System\n", "\n"],
    user: ["<SPECIAL_11>User\n", "\n"],
    assistant: ["<SPECIAL_11>Assistant\n", "\n<SPECIAL_12>\n"],
    tool: ["<SPECIAL_11>User\n<TOOL_RESPONSE>[", "]</TOOL_RESPONSE>\n"],
    tools: ["<SPECIAL_10>System\n<AVAILABLE_TOOLS>", "</AVAILABLE_TOOLS>\n"],
    thought: thinkLines,
    calls: {
      around: ["<TOOLCALL>[", "]</TOOLCALL>"],
      between: ", ",
      call: `{{- '{"name": "' + call.name + '", "arguments": ' + (call.arguments | tojson) + "}" }}`,
    },
    generation: "<SPECIAL_11>Assistant\n<think>\n",
  },
  { eos: "<SPECIAL_12>", bos: "<s>", addBos: true, markers: ["<think>", "</think>"] },
  ["<s>", "</s>", "<SPECIAL_10>", "<SPECIAL_11>", "<SPECIAL_12>"],
);

const harmonyMessage = (head: string) => `{{- "<|start|>${head}<|message|>" + message.content + "<|end|>" }}`;

/** Channels instead of tags, and a message for each of them. */
export const harmony: ModelFamily = {
  chatTemplate: [
    `{%- if tools %}{{- "<|start|>developer<|message|># Tools\\n" + (tools | tojson) + "<|end|>" }}{%- endif %}`,
    `{%- for message in messages %}`,
    `{%- if message.role == "system" %}${harmonyMessage("developer")}`,
    `{%- elif message.role == "user" %}${harmonyMessage("user")}`,
    `{%- elif message.role == "tool" %}${harmonyMessage("functions.tool to=assistant<|channel|>commentary")}`,
    `{%- else %}`,
    `{%- if message.thinking and loop.last %}`,
    `{{- "<|start|>assistant<|channel|>analysis<|message|>" + message.thinking + "<|end|>" }}{%- endif %}`,
    `{%- if message.tool_calls %}{%- for tool_call in message.tool_calls %}{%- set call = tool_call.function %}`,
    `{{- "<|start|>assistant<|channel|>commentary to=functions." + call.name + " <|constrain|>json<|message|>" }}`,
    `{{- (call.arguments | tojson) + "<|call|>" }}{%- endfor %}{%- endif %}`,
    `{%- if message.content %}{{- "<|start|>assistant<|channel|>final<|message|>" + message.content }}`,
    `{{- "<|return|>" if loop.last else "<|end|>" }}{%- endif %}`,
    `{%- endif %}{%- endfor %}`,
    `{%- if add_generation_prompt %}{{- "<|start|>assistant" }}{%- endif %}`,
  ].join("\n"),
  generationPrompt: ["<|start|>assistant"],
  special: [
    "<|startoftext|>",
    "<|endoftext|>",
    "<|return|>",
    "<|constrain|>",
    "<|channel|>",
    "<|start|>",
    "<|end|>",
    "<|message|>",
    "<|call|>",
  ].map((text) => ({ text, type: "control" })),
  eos: "<|return|>",
  bos: "<|startoftext|>",
};
