// What an adapter uses that cannot be carried over, in words.
import type { PeftFeature } from "../contract/peftConfig";
import type { FailureDetails } from "./failureFacts";
import { hasKey } from "./hasKey";

/** To stand behind a colon. */
export function peftFeatureWords({ feature, kind, tensor }: FailureDetails): string {
  const named = kind === undefined ? "" : ` (${kind})`;
  const seen = tensor === undefined ? "" : `, as ${tensor} shows`;
  const words: Readonly<Record<PeftFeature, string>> = {
    "other-method": `it is no LoRA, but another kind of adapter${named}`,
    dora: "it uses DoRA, which scales each row of the model's weights; an adapter of llama.cpp cannot",
    "modules-to-save": `it brings whole parts of the model that were trained too${named}`,
    bias: "it changes biases, which an adapter of llama.cpp cannot",
    embedding: `it changes the token embeddings in a way that llama.cpp cannot use${seen}`,
    "output-head": "it changes the output head, which this model shares with its token embeddings",
    "new-tokens": "it adds or trains single tokens, which an adapter of llama.cpp cannot",
    norms: `it changes norms, which an adapter of llama.cpp cannot${seen}`,
    vision: `it changes how the model sees pictures, and Facet runs the text part alone${seen}`,
    experts: `it changes the experts of a mixture, which Facet does not convert${seen}`,
    "layer-replication": "it repeats layers of the model, so it is a model of its own",
    "whole-weights": "it holds the fine-tune's weights themselves, not what they changed",
    "changed-base": `its training began by changing the base model's own weights${named}, and those are not in it`,
    alora: "it works only after certain words (aLoRA)",
    "other-task": `it was made for another task than writing text${named}`,
    "unknown-module": `it changes a part of the model that Facet does not know${tensor === undefined ? "" : `: ${tensor}`}`,
    pickle:
      "its weights are a pickle file (adapter_model.bin), which can run programs when it is read; Facet reads safetensors only",
    "unknown-option": `it uses an option that this version of Facet does not know${named}`,
  };
  return hasKey(words, feature) ? words[feature] : "it uses something that this version of Facet does not know";
}
