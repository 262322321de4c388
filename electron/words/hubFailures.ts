// What came of a question to Hugging Face.
import { count } from "./failureFacts";
import { NOTHING_CHANGED, type FailureTable } from "./failureTable";

export const hubFailures = {
  "hub-offline": {
    happened: "Hugging Face cannot be reached.",
    data: "Models on this computer work without it.",
    advice: "Check the connection, then try again.",
  },
  "hub-needs-token": {
    happened: "Hugging Face gives this only to people it knows.",
    data: NOTHING_CHANGED,
    advice: "Add an access token: Models, Hugging Face settings.",
  },
  "hub-gated": {
    happened: "The author of this model decides who may have it, and your access token does not open it.",
    data: NOTHING_CHANGED,
    advice: "Ask for access on the model's page at Hugging Face, or choose another model.",
  },
  "hub-not-found": {
    happened: "Hugging Face has no such model, or shows it only to people with access.",
    data: NOTHING_CHANGED,
    advice: "Check its name, or choose another model.",
  },
  "hub-rate-limited": ({ details: { retryAfterSeconds } }) => ({
    happened: "Hugging Face asks to wait: too many requests came from this network.",
    data: NOTHING_CHANGED,
    advice:
      retryAfterSeconds === undefined
        ? "Wait a few minutes, then try again."
        : `Wait ${count(retryAfterSeconds)} seconds, then try again.`,
  }),
  "hub-unavailable": {
    happened: "Hugging Face has trouble answering at the moment.",
    data: NOTHING_CHANGED,
    advice: "Try again in a few minutes.",
  },
  "hub-answer-invalid": {
    happened: "Something other than Hugging Face answered, or it answered in a way that Facet cannot read.",
    data: NOTHING_CHANGED,
    advice: "If this network asks you to sign in, open a browser and do so. Then try again.",
  },
  "hub-answer-too-large": {
    happened: "The answer was larger than Facet takes.",
    data: NOTHING_CHANGED,
    advice: "Choose another model.",
  },
  "hub-redirect-refused": {
    happened: "The hub sent Facet on to an address that it does not trust, so it stopped.",
    data: NOTHING_CHANGED,
    advice: "Try again, or check the address of the hub: Models, Hugging Face settings.",
  },
  "hub-address-invalid": {
    happened: "The address of the hub, or the model's name, is not a valid one.",
    data: NOTHING_CHANGED,
    advice: "Check it, then try again. Addresses begin with https.",
  },
  "hub-proxy-invalid": {
    happened: "The address of the proxy is not a valid one.",
    data: NOTHING_CHANGED,
    advice: "Write it with its port, like http://proxy.example:3128.",
  },
} satisfies FailureTable;
