// Why a model could not be loaded, or could not answer.
import { amounts, tokenCounts, lower } from "./failureFacts";
import { CHATS_SAFE, FILE_UNTOUCHED, type FailureTable } from "./failureTable";
import { kindWord, otherKind } from "./fileKindWords";

export const modelFileFailures = {
  "model-missing": ({ file, details }) => ({
    happened: details["file"] === undefined ? "There is no model to load." : `${file} is no longer where it was.`,
    data: CHATS_SAFE,
    advice: "Put the file back, or choose another model.",
  }),
  "model-unreadable": ({ file, reason }) => ({
    happened: `${file} cannot be read.${reason}`,
    data: FILE_UNTOUCHED,
    advice: "Check that you may read the file and its folder, then try again.",
  }),
  "model-not-gguf": ({ file }) => ({
    happened: `${file} is not a GGUF model.`,
    data: FILE_UNTOUCHED,
    advice: "Choose a file in the GGUF format.",
  }),
  "model-truncated": ({ file, details }) => ({
    happened: `${file} is incomplete: it ends too early${amounts(details)}.`,
    data: FILE_UNTOUCHED,
    advice: "Download it again, or choose another model.",
  }),
  "model-damaged": ({ file, reason }) => ({
    happened: `${file} is damaged and cannot be loaded.${reason}`,
    data: FILE_UNTOUCHED,
    advice: "Download it again, or choose another model.",
  }),
  "model-architecture-unknown": ({ file, details: { architecture } }) => ({
    happened:
      architecture === undefined
        ? `${file} is a kind of model that this version of Facet cannot run.`
        : `${file} is a “${architecture}” model, a kind that this version of Facet cannot run.`,
    data: FILE_UNTOUCHED,
    advice: "Choose another model.",
  }),
  "model-tokenizer-unknown": ({ file, details: { tokenizer } }) => ({
    happened: `${file} has a tokenizer that this version of Facet does not know${tokenizer === undefined ? "" : `: “${tokenizer}”`}.`,
    data: FILE_UNTOUCHED,
    advice: "Choose another model, or a newer version of Facet.",
  }),
  "model-vocabulary-unusable": ({ file, details }) => ({
    happened: `${file} cannot be loaded${details["reason"] === undefined ? ": its vocabulary is wrong" : `: ${details["reason"]}`}.`,
    data: FILE_UNTOUCHED,
    advice: "Get a newer file of this model, or another publisher's: the fault is in the file itself.",
  }),
  "model-needs-other-build": ({ file, details: { type } }) => ({
    happened: `${file} holds weights of a type that only another build of llama.cpp can read${type === undefined ? "" : ` (${type})`}.`,
    data: FILE_UNTOUCHED,
    advice: "Choose a file of this model in another quantization, Q4_K_M for example.",
  }),
  "model-ends-engine": ({ file }) => ({
    happened: `${file} would end the engine: a trial in a process of its own did so.`,
    data: FILE_UNTOUCHED,
    advice: "Get a newer file of this model, or choose another model.",
  }),
  "model-ended-engine-twice": ({ file }) => ({
    happened: `The engine ended twice while it was loading ${lower(file)} or writing its first answer, so Facet does not load it by itself any more.`,
    data: CHATS_SAFE,
    advice: "Choose another model, or load this one once more yourself: in the model menu, or with “Try again”.",
  }),
  "model-is-not-a-chat-model": ({ file, details: { kind } }) => ({
    happened: `${file} is not a chat model${inBrackets(kind)}.`,
    data: FILE_UNTOUCHED,
    advice: "Choose a model that was made for conversation, often named “Instruct” or “Chat”.",
  }),
  "model-too-large-for-memory": ({ file, details }) => ({
    happened: `${file} does not fit into this computer's memory${amounts(details)}.`,
    data: CHATS_SAFE,
    advice: "Close other programs, or choose a smaller model.",
  }),
  "model-crashed-last-time": ({ file }) => ({
    happened: `Facet closed unexpectedly while it was loading ${lower(file)} the last time, so it was not loaded now.`,
    data: CHATS_SAFE,
    advice: "Try again, or choose another model.",
  }),
  "model-load-failed": ({ file, reason, details }) => ({
    happened: `${file} could not be loaded${amounts(details)}.${reason}`,
    data: CHATS_SAFE,
    advice:
      details["neededBytes"] === undefined
        ? "Try again, or choose another model."
        : "Nothing of it is left in memory. Close other programs, choose a smaller context in its load settings, or another model.",
  }),
  "chat-template-failed": ({ reason }) => ({
    happened: `The model's own chat template could not be used.${reason}`,
    data: "Your message is kept.",
    advice: "Choose another model, or another file of this one.",
  }),
  "message-longer-than-context": ({ details }) => ({
    happened: `The message is longer than the model can read at once${tokenCounts(details)}.`,
    data: "Your message is kept.",
    advice: "Shorten it, or choose a larger context in the model's load settings.",
  }),
  "system-prompt-longer-than-context": ({ details }) => ({
    happened: `The system prompt leaves no room for your message${tokenCounts(details)}.`,
    data: "Your message is kept.",
    advice: "Shorten the system prompt in the chat's settings, then try again.",
  }),
  "structure-invalid": ({ reason, details: { kind } }) => ({
    happened: `The ${kind === "grammar" ? "grammar" : "JSON schema"} of this chat cannot be used.${reason}`,
    data: "Your message is kept.",
    advice: "Correct it in the chat's settings under Advanced, or remove it, then try again.",
  }),
  "tools-longer-than-context": ({ details }) => ({
    happened: `The list of tools leaves no room for your message${tokenCounts(details)}.`,
    data: "Your message is kept.",
    advice: "Remove tools in the chat's settings, then try again.",
  }),
} satisfies FailureTable;

/** " (embedding model)", where there is a word for it. */
function inBrackets(kind: string | undefined): string {
  const known = otherKind(kind);
  const word = known === null ? kind : kindWord(known);
  return word ? ` (${word})` : "";
}
