// Why an adapter of the PEFT library, or of mlx-lm, cannot be converted.
import { nothingChanged, type FailureTable } from "./failureTable";
import { t } from "./language";
import { peftFeatureWords } from "./peftFeatureWords";
import { sentences } from "./sentences";

const anotherAdapter = () => t("Get the adapter again, or choose another one.");

export const peftFailures = {
  "hub-no-adapter": ({ details: { repository } }) => ({
    happened:
      repository === undefined
        ? t("This repository has no LoRA adapter that Facet can use.")
        : t("{repository} has no LoRA adapter that Facet can use.", { repository }),
    data: nothingChanged(),
    advice: t(
      "Look for a repository with adapter_config.json and a safetensors file, or with an adapter as a GGUF file.",
    ),
  }),
  "peft-config-missing": () => ({
    happened: t("The file adapter_config.json, which says how an adapter’s weights are used, is missing."),
    data: nothingChanged(),
    advice: t("Put it into the folder of the weights, then choose the weights there."),
  }),
  "peft-config-invalid": ({ reason }) => ({
    happened: sentences(t("The adapter’s adapter_config.json can’t be read."), reason),
    data: nothingChanged(),
    advice: anotherAdapter(),
  }),
  "peft-unsupported": ({ details }) => ({
    happened: sentences(t("This adapter can’t be converted."), peftFeatureWords(details)),
    data: nothingChanged(),
    advice: t("Choose another adapter, or look for the fine-tune as a whole model."),
  }),
  "peft-weights-damaged": ({ reason }) => ({
    happened: sentences(t("The adapter’s weights are damaged."), reason),
    data: nothingChanged(),
    advice: anotherAdapter(),
  }),
  "peft-architecture-unsupported": ({ details: { architecture } }) => ({
    happened:
      architecture === undefined
        ? t("Facet can’t convert adapters for models of this kind yet.")
        : t("Facet can’t convert adapters for “{architecture}” models yet.", { architecture }),
    data: nothingChanged(),
    advice: t("Look for the adapter as a GGUF file, which needs no conversion."),
  }),
  "peft-base-needed": () => ({
    happened: t("The adapter has to be converted for the model that it was trained on, and no model is chosen."),
    data: nothingChanged(),
    advice: t("Load or choose that model, then add the adapter again."),
  }),
} satisfies FailureTable;
