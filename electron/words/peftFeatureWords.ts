// What an adapter uses that cannot be carried over, in a sentence.
import type { PeftFeature } from "../contract/peftConfig";
import type { FailureFacts } from "./failureFacts";
import { hasKey } from "./hasKey";
import { t } from "./language";
import { formatList } from "./quantities";
import { sentences } from "./sentences";

const WORDS: Readonly<Record<PeftFeature, () => string>> = {
  "other-method": () => t("It is not a LoRA but another kind of adapter."),
  dora: () => t("It uses DoRA, which scales each row of the model’s weights. llama.cpp can’t do that."),
  "modules-to-save": () => t("It also brings whole parts of the model that were trained."),
  bias: () => t("It changes biases, which llama.cpp can’t do with an adapter."),
  embedding: () => t("It changes the token embeddings in a way that llama.cpp can’t use."),
  "output-head": () => t("It changes the output head, which this model shares with its token embeddings."),
  "new-tokens": () => t("It adds or trains single tokens, which llama.cpp can’t do with an adapter."),
  norms: () => t("It changes norms, which llama.cpp can’t do with an adapter."),
  vision: () => t("It changes how the model sees pictures, and Facet runs only the text part."),
  experts: () => t("It changes the experts of a mixture, which Facet doesn’t convert."),
  "layer-replication": () => t("It repeats layers of the model, so it is a model of its own."),
  "whole-weights": () => t("It has the fine-tune’s weights themselves, not what changed in them."),
  "changed-base": () => t("Its training first changed the base model’s own weights, and it doesn’t include those."),
  alora: () => t("It works only after certain words (aLoRA)."),
  "other-task": () => t("It was made for another task than writing text."),
  "unknown-module": () => t("It changes a part of the model that Facet doesn’t know."),
  pickle: () =>
    t(
      "Its weights are a pickle file (adapter_model.bin), which can run programs when it is read. Facet reads only safetensors.",
    ),
  "unknown-option": () => t("It uses an option that this version of Facet doesn’t know."),
};

/** With the names that the adapter itself has for it. */
export function peftFeatureWords({ feature, kind, tensor }: FailureFacts<"peft-unsupported">["details"]): string {
  if (!hasKey(WORDS, feature)) return t("It uses something that this version of Facet doesn’t know.");
  const names = [kind, tensor].filter((name) => name !== undefined);
  return sentences(
    WORDS[feature](),
    names.length === 0 ? null : t("In its files: {names}.", { names: formatList(names) }),
  );
}
