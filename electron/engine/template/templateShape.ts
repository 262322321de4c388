// Finds out what a chat template can take, by letting it write small conversations. Engine and fit process.
import type { JsonObject } from "./chatVariables";
import type { JsonValue } from "./JinjaTemplate";
import type { TemplateShape } from "./templateMessages";

/** Renders messages with further variables; null where the template refuses or fails. */
export type TryRender = (
  messages: readonly JsonObject[],
  variables?: Readonly<Record<string, JsonValue>>,
) => string | null;

/** Words that no template writes by itself, and that survive trimming, quoting and changes of case. */
const USER = "facetquestion";
const ANSWER = "facetanswer";
const THOUGHT = "facetthought";
const SYSTEM = "facetsystem";
const TOOL = "facettool";
const RESULT = "facetresult";

/** Under which templates look for the thoughts of an earlier answer. */
const thoughtKeys = ["reasoning_content", "reasoning", "thinking", "thought"] as const;

const probeTools: readonly JsonValue[] = [
  {
    type: "function",
    function: {
      name: TOOL,
      description: "A tool.",
      parameters: {
        type: "object",
        properties: { facetkey: { type: "string", description: "A text." } },
        required: ["facetkey"],
      },
    },
  },
];

/** Null when it does not even write what a user says. */
export function findTemplateShape(tryRender: TryRender): TemplateShape | null {
  const asText = (text: string): JsonValue => text;
  const asParts = (text: string): JsonValue => [{ type: "text", text }];
  const content = [asText, asParts].find((as) => has(tryRender([{ role: "user", content: as(USER) }]), USER));
  if (content === undefined) return null;
  const user = { role: "user", content: content(USER) };
  const call = (facetArguments: JsonValue) => [
    user,
    {
      role: "assistant",
      content: content(""),
      tool_calls: [{ type: "function", id: "facet1234", function: { name: TOOL, arguments: facetArguments } }],
    },
    { role: "tool", tool_call_id: "facet1234", name: TOOL, content: content(RESULT) },
  ];
  const object = { facetkey: "facetvalue" };
  const calledByObject = tryRender(call(object), { tools: probeTools });
  const calledByText = tryRender(call(JSON.stringify(object)), { tools: probeTools });
  const thoughtKey = thoughtKeys.find((key) => {
    const answer = { role: "assistant", content: content(ANSWER), [key]: THOUGHT };
    return (
      has(tryRender([user, answer], { add_generation_prompt: false }), THOUGHT) ||
      has(tryRender([user, answer, user]), THOUGHT)
    );
  });
  return {
    contentIsParts: content === asParts,
    thoughtKey: thoughtKey ?? null,
    hasSystemPrompt: has(tryRender([{ role: "system", content: content(SYSTEM) }, user]), SYSTEM),
    hasTools:
      has(tryRender([user], { tools: probeTools }), TOOL) &&
      [calledByObject, calledByText].some((text) => has(text, RESULT)),
    argumentsAreText: !takesArguments(calledByObject) && takesArguments(calledByText),
  };
}

/** Whether the arguments came through, and not as Python prints a dictionary. */
function takesArguments(text: string | null): boolean {
  return has(text, "facetvalue") && !has(text, "'facetkey': 'facetvalue'") && !has(text, '\\"facetvalue');
}

function has(text: string | null, word: string): boolean {
  return text?.toLowerCase().includes(word) ?? false;
}
