// Writes small chat templates in the style of a family: its roles, thoughts, tool calls and generation prompt, and nothing else.

export type Around = readonly [open: string, close: string];

export interface TemplateStyle {
  /** What stands first, after the BOS token where it writes that. */
  start?: string;
  writesBos?: boolean;
  tools?: Around;
  system: Around;
  user: Around;
  assistant: Around;
  /** Of an assistant message; left out of all but the answer to the last question. */
  thought?: Around;
  text?: Around;
  calls?: {
    around: Around;
    between: string;
    /** Jinja that writes one call: `call.name`, `call.arguments`, and `loop`. */
    call: string;
  };
  tool?: Around;
  /** What ends a prompt. */
  generation: string;
  /** Added to it when thinking is switched off. */
  withoutThought?: string;
}

/** Thoughts of earlier questions are dropped, as most published templates do. */
export function chatTemplate(style: TemplateStyle): string {
  const {
    start = "",
    writesBos = false,
    tools,
    system,
    user,
    assistant,
    tool,
    thought,
    text = ["", ""],
    calls,
  } = style;
  const { generation, withoutThought } = style;
  const write = (content: string, [open, close]: Around) =>
    `{{- ${JSON.stringify(open)} + ${content} + ${JSON.stringify(close)} }}`;
  const role = (name: string, around: Around) =>
    `{%- elif message.role == "${name}" %}${write("message.content", around)}`;
  return [
    "{%- set ns = namespace(question=-1) %}",
    '{%- for message in messages %}{%- if message.role == "user" %}{%- set ns.question = loop.index0 %}{%- endif %}{%- endfor %}',
    `{{- ${writesBos ? "bos_token + " : ""}${JSON.stringify(start)} }}`,
    ...(tools === undefined ? [] : [`{%- if tools %}${write("(tools | tojson)", tools)}{%- endif %}`]),
    "{%- for message in messages %}",
    `{%- if message.role == "system" %}${write("message.content", system)}`,
    role("user", user),
    ...(tool === undefined ? [] : [role("tool", tool)]),
    '{%- elif message.role == "assistant" %}',
    `{{- ${JSON.stringify(assistant[0])} }}`,
    ...(thought === undefined
      ? []
      : [
          `{%- if message.reasoning_content and loop.index0 > ns.question %}${write("message.reasoning_content", thought)}{%- endif %}`,
        ]),
    `{%- if message.content %}${write("message.content", text)}{%- endif %}`,
    ...(calls === undefined
      ? []
      : [
          `{%- if message.tool_calls %}{{- ${JSON.stringify(calls.around[0])} }}`,
          "{%- for tool_call in message.tool_calls %}{%- set call = tool_call.function %}",
          `{%- if not loop.first %}{{- ${JSON.stringify(calls.between)} }}{%- endif %}${calls.call}`,
          `{%- endfor %}{{- ${JSON.stringify(calls.around[1])} }}{%- endif %}`,
        ]),
    `{{- ${JSON.stringify(assistant[1])} }}`,
    "{%- endif %}{%- endfor %}",
    `{%- if add_generation_prompt %}{{- ${JSON.stringify(generation)} }}`,
    ...(withoutThought === undefined
      ? []
      : [
          `{%- if enable_thinking is defined and enable_thinking is false %}{{- ${JSON.stringify(withoutThought)} }}{%- endif %}`,
        ]),
    "{%- endif %}",
  ].join("\n");
}
