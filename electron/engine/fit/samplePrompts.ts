// A short sample conversation as a model reads it, in every way that its format can be asked to write it. Fit process.
import type { LlamaModel, Token } from "node-llama-cpp";
import type { Turn } from "../../contract/engineProtocol";
import { MessageId } from "../../contract/ids";
import type { PromptPiece, SamplePrompt } from "../../contract/modelFormat";
import type { MessagePart } from "../../contract/parts";
import type { ChatFormat } from "../template/ChatFormat";
import type { JsonValue } from "../template/JinjaTemplate";
import { isControlToken } from "../template/Vocabulary";
import { PromptTokens } from "../PromptTokens";

/** Real templates write a tenth of it; one with a long text of its own may write megabytes. */
const MAX_SHOWN_CHARACTERS = 65_536;
/** Tokens before, by which some tokenizers decide about a space. */
const REMEMBERED_TOKENS = 4;

/** The usual one first: no tool, and thinking as the template has it by default. */
export function samplePrompts(model: LlamaModel, format: ChatFormat): SamplePrompt[] {
  const { thinking, hasTools } = format.facts;
  const tokens = new PromptTokens(model);
  const withThinking = thinking?.canSwitch === true ? [thinking.isOnByDefault, !thinking.isOnByDefault] : [null];
  return (hasTools ? [false, true] : [false]).flatMap((hasTool) =>
    withThinking.map((isThinkingOn) => samplePrompt({ isThinkingOn, hasTool }, { model, format, tokens })),
  );
}

interface Writing {
  model: LlamaModel;
  format: ChatFormat;
  tokens: PromptTokens;
}

function samplePrompt(
  choice: Pick<SamplePrompt, "isThinkingOn" | "hasTool">,
  { model, format, tokens }: Writing,
): SamplePrompt {
  const { isThinkingOn, hasTool } = choice;
  const written = format.write(
    {
      systemPrompt: "You are a helpful assistant.",
      turns: hasTool ? turnsWithTool : turns,
      thinking: isThinkingOn === null ? undefined : { isOn: isThinkingOn },
      tools: hasTool ? [weatherTool] : undefined,
      now: new Date(),
    },
    (text) => tokens.mark(text),
  );
  if (!written.ok) {
    const problem = { problem: written.problem, detail: written.reason };
    return { ...choice, pieces: [], tokenCount: 0, leftOutCharacterCount: 0, problem };
  }
  const ids = tokens.tokenize(written.text.slice(0, MAX_SHOWN_CHARACTERS));
  return {
    ...choice,
    pieces: promptPieces(model, ids),
    tokenCount: ids.length,
    leftOutCharacterCount: Math.max(0, written.text.length - MAX_SHOWN_CHARACTERS),
    problem: null,
  };
}

/** Each control token by itself, and the text between them. */
function promptPieces(model: LlamaModel, tokens: readonly Token[]): PromptPiece[] {
  const pieces: PromptPiece[] = [];
  let start = 0;
  const addText = (end: number): void => {
    if (end === start) return;
    const before = tokens.slice(Math.max(0, start - REMEMBERED_TOKENS), start);
    const text = model.detokenize(tokens.slice(start, end), true, before);
    if (text !== "") pieces.push({ text, controlTokenId: null });
  };
  for (const [index, token] of tokens.entries()) {
    if (!isControlToken(model, token)) continue;
    addText(index);
    pieces.push({ text: model.detokenize([token], true), controlTokenId: token });
    start = index + 1;
  }
  addText(tokens.length);
  return pieces;
}

function turn(role: Turn["role"], ...parts: MessagePart[]): Turn {
  return { messageId: MessageId.parse("sample"), role, parts };
}

function text(words: string): MessagePart {
  return { kind: "text", text: words };
}

function thought(words: string): MessagePart {
  return { kind: "thought", text: words, durationMs: null };
}

const turns: readonly Turn[] = [
  turn("user", text("What is the capital of France?")),
  turn("assistant", thought("France has had the same capital for centuries."), text("Paris.")),
  turn("user", text("And of Italy?")),
];

/** In the form of OpenAI's API. */
const weatherTool: JsonValue = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of today.",
    parameters: {
      type: "object",
      properties: { city: { type: "string", description: "The name of the city." } },
      required: ["city"],
    },
  },
};

const weatherCall = { callId: "call00001", name: "get_weather" };

const turnsWithTool: readonly Turn[] = [
  turn("user", text("What is the weather in Paris?")),
  turn("assistant", thought("The tool knows it."), {
    kind: "tool-call",
    ...weatherCall,
    arguments: '{"city": "Paris"}',
  }),
  turn("user", { kind: "tool-result", ...weatherCall, text: "Sunny, 21 °C" }),
  turn("assistant", text("Sunny, at 21 °C.")),
  turn("user", text("And in Rome?")),
];
