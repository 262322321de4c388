// How conversations are written for a model, as its file says: for its own page. Fit process.
import type { Llama, LlamaModel } from "node-llama-cpp";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { MessageId } from "../../contract/ids";
import type { ModelFormat } from "../../contract/modelFormat";
import { checkChatModel } from "../gguf/checkChatModel";
import { metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import { ChatFormat, type PromptRequest } from "../template/ChatFormat";
import { vocabularyOf } from "../template/Vocabulary";

/** Failures: those of checkChatModel, model-load-failed. */
export async function describeFormat(path: string, llama: Llama): Promise<Outcome<ModelFormat>> {
  const checked = await checkChatModel(path);
  if (!checked.ok) return checked;
  let model: LlamaModel;
  try {
    model = await llama.loadModel({ modelPath: path, vocabOnly: true });
  } catch (error) {
    return fail("model-load-failed", {}, error);
  }
  try {
    return succeed(describe(model, checked.value.header));
  } finally {
    await model.dispose();
  }
}

function describe(model: LlamaModel, header: GgufHeader): ModelFormat {
  const vocabulary = vocabularyOf(model, header);
  const format = ChatFormat.of(header, vocabulary);
  const sample = format.write({ ...sampleConversation, now: new Date() }, (text) => text);
  return {
    ...format.facts,
    template: format.template,
    problemDetail: format.problemDetail,
    hasDocuments: format.hasDocuments,
    hasSystemPrompt: format.shape.hasSystemPrompt,
    specialTokens: [...vocabulary.specialTokens],
    sample: sample.ok ? sample.text : "",
    licence: licenceOf(header),
  };
}

/** gguf-py/gguf/constants.py: an SPDX name mostly, or "other" with a name of its own. */
function licenceOf(header: GgufHeader): string | null {
  const licence = metadataText(header, "general.license");
  const name = metadataText(header, "general.license.name");
  return (licence === "other" || licence === undefined ? name : licence) ?? licence ?? null;
}

const sampleConversation: Omit<PromptRequest, "now"> = {
  systemPrompt: "You are a helpful assistant.",
  turns: [
    {
      messageId: MessageId.parse("q1"),
      role: "user",
      parts: [{ kind: "text", text: "What is the capital of France?" }],
    },
    {
      messageId: MessageId.parse("a1"),
      role: "assistant",
      parts: [
        { kind: "thought", text: "France has had the same capital for centuries.", durationMs: null },
        { kind: "text", text: "Paris." },
      ],
    },
    { messageId: MessageId.parse("q2"), role: "user", parts: [{ kind: "text", text: "And of Italy?" }] },
  ],
};
