// A prompt writer for a model that a bench loaded itself.
import type { LlamaModel } from "node-llama-cpp";
import { checkChatModel } from "../electron/engine/gguf/checkChatModel";
import { PromptWriter } from "../electron/engine/PromptWriter";

export async function promptWriterOf(
  model: LlamaModel,
  file: string,
  contextSizeTokens: number,
): Promise<PromptWriter> {
  const checked = await checkChatModel(file);
  if (!checked.ok) throw new Error(`${file} cannot be read: ${checked.failure.code}`);
  return new PromptWriter(model, { header: checked.value.header, contextSizeTokens, log: () => undefined });
}
