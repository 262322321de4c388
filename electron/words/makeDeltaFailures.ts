// Why no delta can be made of two models.
import { fileUnchanged, type FailureTable } from "./failureTable";
import { fullPrecision, quantizedAs } from "./jobFailures";
import { t } from "./language";
import { sentences } from "./sentences";

const trueBase = () => t("Choose the base model that the fine-tune was trained from.");
const wholeModel = () => t("Use this fine-tune as a model of its own.");

export const makeDeltaFailures = {
  "pair-quantized": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} is quantized.", facts),
      quantizedAs(facts.details.type),
      t("That changed its weights more than most fine-tunes do, so no delta can be made from it."),
    ),
    data: fileUnchanged(),
    advice: fullPrecision(),
  }),
  "pair-architectures-differ": () => ({
    happened: t("These two models are built differently, so one can’t be a fine-tune of the other."),
    data: fileUnchanged(),
    advice: trueBase(),
  }),
  "pair-vocabularies-differ": () => ({
    happened: t("The fine-tune has tokens that its base doesn’t have, and a delta can’t add them."),
    data: fileUnchanged(),
    advice: wholeModel(),
  }),
  "pair-shapes-differ": () => ({
    happened: t("These two models have different sizes, so one can’t be a fine-tune of the other."),
    data: fileUnchanged(),
    advice: trueBase(),
  }),
  "pair-equal": () => ({
    happened: t("These two models have the same weights, so there is nothing to make a delta from."),
    data: fileUnchanged(),
    advice: t("Choose a fine-tune of this base."),
  }),
  "pair-not-representable": () => ({
    happened: t("A delta can’t hold what this fine-tune changed."),
    data: fileUnchanged(),
    advice: wholeModel(),
  }),
  "pair-width-unsupported": () => ({
    happened: t("The layers of this model don’t have a width that a 1-bit delta can be made for."),
    data: fileUnchanged(),
    advice: t("Extract a LoRA instead."),
  }),
  "delta-useless": () => ({
    happened: t("The new delta comes no closer to the fine-tune than the base model does, so it was removed."),
    data: fileUnchanged(),
    advice: t("Check that the fine-tune was trained from this base."),
  }),
} satisfies FailureTable;
