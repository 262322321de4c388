// How conversations are written for a model, as its file says: for its own page. Fit process.
import type { Llama, LlamaModel } from "node-llama-cpp";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { ModelFormat } from "../../contract/modelFormat";
import { checkChatModel } from "../gguf/checkChatModel";
import { metadataText, type GgufHeader } from "../gguf/readGgufHeader";
import { ChatFormat } from "../template/ChatFormat";
import { vocabularyOf } from "../template/Vocabulary";
import { samplePrompts } from "./samplePrompts";

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
  return {
    ...format.facts,
    template: format.template,
    problemDetail: format.problemDetail,
    unusedTemplate: format.unusedTemplate,
    hasDocuments: format.hasDocuments,
    hasSystemPrompt: format.shape.hasSystemPrompt,
    specialTokens: [...vocabulary.specialTokens],
    samples: samplePrompts(model, format),
    licence: licenceOf(header),
  };
}

/** gguf-py/gguf/constants.py: an SPDX name mostly, or "other" with a name of its own. */
function licenceOf(header: GgufHeader): string | null {
  const licence = metadataText(header, "general.license");
  const name = metadataText(header, "general.license.name");
  return (licence === "other" || licence === undefined ? name : licence) ?? licence ?? null;
}
