// Why no delta can be made of two models.
import { FILE_UNTOUCHED, type FailureTable } from "./failureTable";

export const makeDeltaFailures = {
  "pair-quantized": ({ file, details: { type } }) => ({
    happened: `${file} is quantized${type === undefined ? "" : ` (${type})`}. That changed its weights more than most fine-tunes do, so no delta can be made of it.`,
    data: FILE_UNTOUCHED,
    advice: "Choose the same model in F16, BF16, F32 or Q8_0.",
  }),
  "pair-architectures-differ": {
    happened: "These two models are built differently, so one cannot be a fine-tune of the other.",
    data: FILE_UNTOUCHED,
    advice: "Choose the base model that the fine-tune was trained from.",
  },
  "pair-vocabularies-differ": {
    happened: "The fine-tune has tokens that its base does not have. A delta cannot add them.",
    data: FILE_UNTOUCHED,
    advice: "Use this fine-tune as a model of its own.",
  },
  "pair-shapes-differ": {
    happened: "These two models have different sizes, so one cannot be a fine-tune of the other.",
    data: FILE_UNTOUCHED,
    advice: "Choose the base model that the fine-tune was trained from.",
  },
  "pair-equal": {
    happened: "These two models have the same weights: there is nothing to make a delta of.",
    data: FILE_UNTOUCHED,
    advice: "Choose a fine-tune of this base.",
  },
  "pair-not-representable": {
    happened: "What this fine-tune changed cannot be carried by a delta.",
    data: FILE_UNTOUCHED,
    advice: "Use this fine-tune as a model of its own.",
  },
  "pair-width-unsupported": {
    happened: "The width of this model does not allow a 1-bit delta.",
    data: FILE_UNTOUCHED,
    advice: "Extract a LoRA instead.",
  },
  "delta-useless": {
    happened: "The delta was made and measured, and it is no nearer to the fine-tune than the base is. It was removed.",
    data: FILE_UNTOUCHED,
    advice: "Check that the fine-tune was trained from this base.",
  },
} satisfies FailureTable;
