// Why an adapter of the PEFT library, or of mlx-lm, cannot be converted.
import { NOTHING_CHANGED, type FailureTable } from "./failureTable";
import { peftFeatureWords } from "./peftFeatureWords";

export const peftFailures = {
  "hub-no-adapter": ({ details: { repository } }) => ({
    happened: `${repository ?? "This repository"} holds no LoRA adapter that Facet can use.`,
    data: NOTHING_CHANGED,
    advice:
      "Look for a repository with adapter_config.json and a safetensors file beside it, or with an adapter as a GGUF file.",
  }),
  "peft-config-missing": {
    happened: "The file adapter_config.json, which says how an adapter's weights are to be used, is not beside them.",
    data: NOTHING_CHANGED,
    advice: "Put both files into one folder, then choose the weights there.",
  },
  "peft-config-invalid": ({ reason }) => ({
    happened: `The adapter's adapter_config.json cannot be read.${reason}`,
    data: NOTHING_CHANGED,
    advice: "Get the adapter again, or choose another one.",
  }),
  "peft-unsupported": ({ details }) => ({
    happened: `This adapter cannot be converted: ${peftFeatureWords(details)}.`,
    data: NOTHING_CHANGED,
    advice: "Choose another adapter, or look for the fine-tune as a whole model.",
  }),
  "peft-weights-damaged": ({ reason }) => ({
    happened: `The adapter's weights are damaged.${reason}`,
    data: NOTHING_CHANGED,
    advice: "Get the adapter again, or choose another one.",
  }),
  "peft-architecture-unsupported": ({ details: { architecture } }) => ({
    happened: `Facet cannot convert adapters for ${architecture === undefined ? "models of this kind" : `“${architecture}” models`} yet.`,
    data: NOTHING_CHANGED,
    advice: "Look for the adapter as a GGUF file, which needs no conversion.",
  }),
  "peft-base-needed": {
    happened: "The adapter has to be converted for the model that it was trained on, and no model is chosen.",
    data: NOTHING_CHANGED,
    advice: "Load that model, or choose it, then add the adapter again.",
  },
} satisfies FailureTable;
