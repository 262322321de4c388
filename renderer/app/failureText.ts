// The sentences for each failure, in one closed table: what happened, what it means for the person's data, what to do.
import type { Failure } from "../../electron/contract/failure";
import { PeftFeature } from "../../electron/contract/peftConfig";
import { kindWord, otherKind } from "./fileKindWords";
import { formatBytes, formatCount } from "./quantities";
import { storedContent } from "./storedFileWords";

export interface FailureText {
  /** One sentence, good on its own. */
  readonly happened: string;
  /** What became of chats, answers and files. */
  readonly data: string;
  /** What the person can do. */
  readonly advice: string;
}

const CHATS_SAFE = "Your chats are safe.";
const FILE_UNTOUCHED = "The file was not changed.";
const NOTHING_CHANGED = "Nothing was changed.";

/**
 * Reads these details where they are given, each a short fact: `file`, `delta`, `tokenizer`, `type`, `setting`, `tensor`, `feature`, `repository`, `alpha`, `base`, `folder`, `architecture`, `kind`, `movedTo`,
 * `reason`, `needed` and `available` (amounts with their unit), and plain numbers under names that end in their unit:
 * `neededBytes`, `availableBytes`, `missingBytes`, `fileBytes`, `messageTokens`, `contextSizeTokens`, `retryAfterSeconds`.
 * Those of starter-… are one reason for each source that was tried, under the source's name.
 */
export function failureText(failure: Failure): FailureText {
  const details = failure.details ?? {};
  const file = details["file"] === undefined ? "The model file" : `“${details["file"]}”`;
  const delta = details["delta"] === undefined ? "The fine-tune" : `“${details["delta"]}”`;
  const named = otherKind(details["kind"]);
  const kind = named === null ? details["kind"] : kindWord(named);
  const reason = details["reason"] === undefined ? "" : ` ${sentence(details["reason"])}`;

  switch (failure.code) {
    case "engine-start-failed":
      return {
        happened: `The engine, the part that runs the model, could not be started.${reason}`,
        data: CHATS_SAFE,
        advice: "Restart it. If that does not help, look into the logs: Settings, Open logs folder.",
      };
    case "engine-crashed":
      return {
        happened: "The engine stopped unexpectedly.",
        data: "What was written of the answer is kept.",
        advice: "Send your message again, or choose another model.",
      };
    case "engine-out-of-memory":
      return {
        happened: `The engine ran out of memory and was stopped${amounts(details)}.`,
        data: "What was written of the answer is kept.",
        advice: "Close other programs or choose a smaller model, then send your message again.",
      };
    case "engine-not-responding":
      return {
        happened: "The engine stopped responding and was ended.",
        data: "What was written of the answer is kept.",
        advice: "Send your message again, or choose another model.",
      };
    case "engine-busy":
      return {
        happened: "The engine is busy with another answer.",
        data: "Your message is kept.",
        advice: "Wait until that answer is finished, or stop it, then send again.",
      };
    case "request-cancelled":
      return {
        happened: "This was stopped before it was finished.",
        data: "Nothing was lost.",
        advice: "Try again when you want.",
      };

    case "model-missing":
      return {
        happened: details["file"] === undefined ? "There is no model to load." : `${file} is no longer where it was.`,
        data: CHATS_SAFE,
        advice: "Put the file back, or choose another model.",
      };
    case "model-unreadable":
      return {
        happened: `${file} cannot be read.${reason}`,
        data: FILE_UNTOUCHED,
        advice: "Check that you may read the file and its folder, then try again.",
      };
    case "model-not-gguf":
      return {
        happened: `${file} is not a GGUF model.`,
        data: FILE_UNTOUCHED,
        advice: "Choose a file in the GGUF format.",
      };
    case "model-truncated":
      return {
        happened: `${file} is incomplete: it ends too early${amounts(details)}.`,
        data: FILE_UNTOUCHED,
        advice: "Download it again, or choose another model.",
      };
    case "model-damaged":
      return {
        happened: `${file} is damaged and cannot be loaded.${reason}`,
        data: FILE_UNTOUCHED,
        advice: "Download it again, or choose another model.",
      };
    case "model-architecture-unknown":
      return {
        happened:
          details["architecture"] === undefined
            ? `${file} is a kind of model that this version of Facet cannot run.`
            : `${file} is a “${details["architecture"]}” model, a kind that this version of Facet cannot run.`,
        data: FILE_UNTOUCHED,
        advice: "Choose another model.",
      };
    case "model-tokenizer-unknown":
      return {
        happened: `${file} has a tokenizer that this version of Facet does not know${details["tokenizer"] === undefined ? "" : `: “${details["tokenizer"]}”`}.`,
        data: FILE_UNTOUCHED,
        advice: "Choose another model, or a newer version of Facet.",
      };
    case "model-vocabulary-unusable":
      return {
        happened: `${file} cannot be loaded${details["reason"] === undefined ? ": its vocabulary is wrong" : `: ${details["reason"]}`}.`,
        data: FILE_UNTOUCHED,
        advice: "Get a newer file of this model, or another publisher's: the fault is in the file itself.",
      };
    case "model-needs-other-build":
      return {
        happened: `${file} holds weights of a type that only another build of llama.cpp can read${details["type"] === undefined ? "" : ` (${details["type"]})`}.`,
        data: FILE_UNTOUCHED,
        advice: "Choose a file of this model in another quantization, Q4_K_M for example.",
      };
    case "model-ends-engine":
      return {
        happened: `${file} would end the engine: a trial in a process of its own did so.`,
        data: FILE_UNTOUCHED,
        advice: "Get a newer file of this model, or choose another model.",
      };
    case "model-ended-engine-twice":
      return {
        happened: `The engine ended twice while it was loading ${lower(file)} or writing its first answer, so Facet does not load it by itself any more.`,
        data: CHATS_SAFE,
        advice: "Choose another model, or load this one once more yourself: in the model menu, or with “Try again”.",
      };
    case "model-is-not-a-chat-model":
      return {
        happened: `${file} is not a chat model${kind ? ` (${kind})` : ""}.`,
        data: FILE_UNTOUCHED,
        advice: "Choose a model that was made for conversation, often named “Instruct” or “Chat”.",
      };
    case "model-too-large-for-memory":
      return {
        happened: `${file} does not fit into this computer's memory${amounts(details)}.`,
        data: CHATS_SAFE,
        advice: "Close other programs, or choose a smaller model.",
      };
    case "model-crashed-last-time":
      return {
        happened: `Facet closed unexpectedly while it was loading ${lower(file)} the last time, so it was not loaded now.`,
        data: CHATS_SAFE,
        advice: "Try again, or choose another model.",
      };
    case "model-load-failed":
      return {
        happened: `${file} could not be loaded${amounts(details)}.${reason}`,
        data: CHATS_SAFE,
        advice:
          details["neededBytes"] === undefined
            ? "Try again, or choose another model."
            : "Nothing of it is left in memory. Close other programs, choose a smaller context in its load settings, or another model.",
      };
    case "chat-template-failed":
      return {
        happened: `The model's own chat template could not be used.${reason}`,
        data: "Your message is kept.",
        advice: "Choose another model, or another file of this one.",
      };
    case "message-longer-than-context":
      return {
        happened: `The message is longer than the model can read at once${tokenCounts(details)}.`,
        data: "Your message is kept.",
        advice: "Shorten it, or choose a larger context in the model's load settings.",
      };
    case "system-prompt-longer-than-context":
      return {
        happened: `The system prompt leaves no room for your message${tokenCounts(details)}.`,
        data: "Your message is kept.",
        advice: "Shorten the system prompt in the chat's settings, then try again.",
      };
    case "structure-invalid":
      return {
        happened: `The ${details["kind"] === "grammar" ? "grammar" : "JSON schema"} of this chat cannot be used.${reason}`,
        data: "Your message is kept.",
        advice: "Correct it in the chat's settings under Advanced, or remove it, then try again.",
      };
    case "tools-longer-than-context":
      return {
        happened: `The list of tools leaves no room for your message${tokenCounts(details)}.`,
        data: "Your message is kept.",
        advice: "Remove tools in the chat's settings, then try again.",
      };

    case "starter-offline":
      return {
        happened: "The starter model could not be downloaded: no source could be reached.",
        data: `${sources(details)}Nothing was installed or changed.`,
        advice: "Check the connection and try again, or choose a GGUF file on this computer.",
      };
    case "starter-wrong-hash":
      return {
        happened: "The downloaded starter model is not the file it should be, so it was deleted.",
        data: `${sources(details)}Nothing was installed or changed.`,
        advice: "Try again, or choose a GGUF file on this computer.",
      };
    case "starter-failed":
      return {
        happened: "The starter model could not be set up.",
        data: `${sources(details)}Nothing was installed or changed.`,
        advice: "Try again, or choose a GGUF file on this computer.",
      };

    case "hub-offline":
      return {
        happened: "Hugging Face cannot be reached.",
        data: "Models on this computer work without it.",
        advice: "Check the connection, then try again.",
      };
    case "hub-needs-token":
      return {
        happened: "Hugging Face gives this only to people it knows.",
        data: NOTHING_CHANGED,
        advice: "Add an access token: Models, Hugging Face settings.",
      };
    case "hub-gated":
      return {
        happened: "The author of this model decides who may have it, and your access token does not open it.",
        data: NOTHING_CHANGED,
        advice: "Ask for access on the model's page at Hugging Face, or choose another model.",
      };
    case "hub-not-found":
      return {
        happened: "Hugging Face has no such model, or shows it only to people with access.",
        data: NOTHING_CHANGED,
        advice: "Check its name, or choose another model.",
      };
    case "hub-rate-limited":
      return {
        happened: "Hugging Face asks to wait: too many requests came from this network.",
        data: NOTHING_CHANGED,
        advice:
          details["retryAfterSeconds"] === undefined
            ? "Wait a few minutes, then try again."
            : `Wait ${count(details["retryAfterSeconds"])} seconds, then try again.`,
      };
    case "hub-unavailable":
      return {
        happened: "Hugging Face has trouble answering at the moment.",
        data: NOTHING_CHANGED,
        advice: "Try again in a few minutes.",
      };
    case "hub-answer-invalid":
      return {
        happened: "Something other than Hugging Face answered, or it answered in a way that Facet cannot read.",
        data: NOTHING_CHANGED,
        advice: "If this network asks you to sign in, open a browser and do so. Then try again.",
      };
    case "hub-answer-too-large":
      return {
        happened: "The answer was larger than Facet takes.",
        data: NOTHING_CHANGED,
        advice: "Choose another model.",
      };
    case "hub-redirect-refused":
      return {
        happened: "The hub sent Facet on to an address that it does not trust, so it stopped.",
        data: NOTHING_CHANGED,
        advice: "Try again, or check the address of the hub: Models, Hugging Face settings.",
      };
    case "hub-address-invalid":
      return {
        happened: "The address of the hub, or the model's name, is not a valid one.",
        data: NOTHING_CHANGED,
        advice: "Check it, then try again. Addresses begin with https.",
      };
    case "hub-proxy-invalid":
      return {
        happened: "The address of the proxy is not a valid one.",
        data: NOTHING_CHANGED,
        advice: "Write it with its port, like http://proxy.example:3128.",
      };

    case "download-disk-full":
      return {
        happened: "There is not enough room on the disk for this model.",
        data: "What was fetched is kept.",
        advice: `Free ${bytes(details["missingBytes"]) ?? "some space"}${details["missingBytes"] === undefined ? "" : " more"}, then resume.`,
      };
    case "download-file-too-large":
      return {
        happened: "The disk that holds the models cannot store a file of this size.",
        data: "Nothing was fetched.",
        advice: "Choose a smaller variant, or a disk with another file system for Facet's data.",
      };
    case "download-folder-unusable":
      return {
        happened: `Facet cannot write to its models folder.${reason}`,
        data: "What was fetched is kept.",
        advice: "Check that the folder exists and that you may write to it, then resume.",
      };
    case "download-changed":
      return {
        happened: "The author has replaced this file since you chose it.",
        data: "The parts of the old file are of no use and can be removed with Cancel.",
        advice: "Open the model's page again and download its new file.",
      };
    case "download-not-a-file":
      return {
        happened: "A web page came in place of the file, as when a network asks you to sign in.",
        data: "What was fetched before is kept.",
        advice: "Open a browser and sign in to the network, then resume.",
      };
    case "download-wrong-hash":
      return {
        happened: "The file that arrived is not the one Hugging Face describes: its SHA-256 differs.",
        data: "It was deleted, so that it cannot be loaded.",
        advice: "Try again. If it goes on, something on the way changes what you download.",
      };
    case "download-parts-missing":
      return {
        happened: "What had been fetched was removed from the disk by something else.",
        data: "Your other models were not touched.",
        advice: "Try again; the download begins anew.",
      };
    case "download-name-refused":
      return {
        happened: "The path of a file of this model at Hugging Face is not a safe one.",
        data: "Nothing was fetched.",
        advice: "Choose another variant or model.",
      };
    case "download-no-checksum":
      return {
        happened: "Hugging Face has no checksum for this file, so what arrives could not be verified.",
        data: "Nothing was fetched.",
        advice: "Choose another variant or model.",
      };
    case "download-not-found":
      return {
        happened: "This download is not in the list any more.",
        data: NOTHING_CHANGED,
        advice: "It may have been finished or cancelled in the meantime.",
      };

    case "model-in-use":
      return {
        happened: `${file} is being used at the moment.`,
        data: NOTHING_CHANGED,
        advice: "Wait until the answer or the download is finished, or load another model first.",
      };
    case "model-name-taken":
      return {
        happened: "Another model has this name already.",
        data: NOTHING_CHANGED,
        advice: "Choose another name.",
      };
    case "model-changed":
      return {
        happened: `${file} is not what was downloaded: its SHA-256 differs.`,
        data: "It was left where it is.",
        advice: "Delete it and download it again.",
      };
    case "model-without-checksum":
      return {
        happened: `There is no checksum to compare ${lower(file)} with.`,
        data: FILE_UNTOUCHED,
        advice: "Only models that were downloaded, here or by an app that keeps checksums, can be verified.",
      };
    case "model-not-moved-to-trash":
      return {
        happened: `${file} could not be moved to the trash.${reason}`,
        data: FILE_UNTOUCHED,
        advice: "Close programs that use it and try again, or show the file and remove it there.",
      };
    case "models-folder-unusable":
      return {
        happened: `${details["folder"] === undefined ? "This folder" : `“${details["folder"]}”`} cannot hold Facet's models.${reason}`,
        data: "Your models are where they were.",
        advice: "Choose another folder, or check that you may write to this one.",
      };
    case "models-folder-busy":
      return {
        happened: "Facet's models folder is being used at the moment.",
        data: NOTHING_CHANGED,
        advice: "Wait until downloads, copies and the loading of models are finished, or stop them, then try again.",
      };
    case "models-folder-missing":
      return {
        happened: `The folder with your models is not there${details["folder"] === undefined ? "" : `: ${details["folder"]}`}.`,
        data: `${CHATS_SAFE} The models are back in the list as soon as the folder is.`,
        advice: "Connect the disk that it is on, then open the list of models again.",
      };
    case "estimate-failed":
      return {
        happened: `Whether ${lower(file)} fits could not be worked out.${reason}`,
        data: FILE_UNTOUCHED,
        advice: "You can try to load it all the same.",
      };

    case "addon-missing":
      return {
        happened: `This copy of Facet cannot quantize or measure models: a part of it is missing, or does not run here.${reason}`,
        data: "Chats and models work as ever.",
        advice:
          "If you built Facet yourself, install a C++ compiler (on Debian and Ubuntu: sudo apt-get install g++) and start it again.",
      };
    case "engine-unusable":
      return {
        happened: "This computer's processor cannot run the part that works on models.",
        data: NOTHING_CHANGED,
        advice: "Look into the logs: Settings, Open logs folder.",
      };
    case "source-missing":
      return {
        happened: `${file} is no longer where it was.`,
        data: "Nothing was made of it, and nothing half-finished was left.",
        advice: "Put the file back, then try again.",
      };
    case "source-changed":
      return {
        happened: `${file} was changed while it was being read.`,
        data: "The result could not be trusted and was removed.",
        advice: "Wait until nothing else writes to the file, then try again.",
      };
    case "source-already-quantized":
      return {
        happened: `${file} is already quantized${details["type"] === undefined ? "" : ` (${details["type"]})`}. Quantizing it once more would lose more than a fresh start.`,
        data: NOTHING_CHANGED,
        advice: "Choose the same model in F16, BF16, F32 or Q8_0.",
      };
    case "target-is-source":
      return {
        happened: "The new file would take the place of the file that it is made from.",
        data: FILE_UNTOUCHED,
        advice: "Choose another type or another name.",
      };
    case "target-exists":
      return {
        happened: `${file} exists already.`,
        data: FILE_UNTOUCHED,
        advice: "Use that file, or delete it and try again.",
      };
    case "folder-unusable":
      return {
        happened: `Facet cannot write into the folder${details["folder"] === undefined ? "" : ` “${details["folder"]}”`}.`,
        data: NOTHING_CHANGED,
        advice: "Check that the folder is there and that you may write to it, then try again.",
      };
    case "job-disk-full":
      return {
        happened: `There is not enough room on the disk for the new file${amounts(details)}.`,
        data: "Nothing half-finished was left.",
        advice: "Free some space, then try again.",
      };
    case "model-not-measurable":
      return {
        happened: `${file} is not a model that writes text.`,
        data: FILE_UNTOUCHED,
        advice: "Choose a language model.",
      };
    case "models-differ":
      return {
        happened: "These models read text in different ways, so they cannot be compared.",
        data: NOTHING_CHANGED,
        advice: "Compare a model with the file that it was made from.",
      };
    case "type-unknown":
      return {
        happened: "This type of quantization is not known here.",
        data: NOTHING_CHANGED,
        advice: "Choose another type.",
      };
    case "quantize-failed":
      return {
        happened: `${file} could not be quantized.`,
        data: "It was not changed, and nothing half-finished was left.",
        advice: "Try another type, or download the model again.",
      };
    case "result-damaged":
      return {
        happened: "The new file did not work when it was tried, so it was removed.",
        data: "The model that it was made from was not changed.",
        advice: "Try again, or choose another type.",
      };
    case "importance-matrix-unreadable":
      return {
        happened: `${details["file"] === undefined ? "The importance matrix" : file} cannot be read.${reason}`,
        data: FILE_UNTOUCHED,
        advice: "Check that you may read the file, then try again.",
      };
    case "importance-matrix-invalid":
      return {
        happened: `${details["file"] === undefined ? "The file" : file} is not an importance matrix that fits this model.`,
        data: FILE_UNTOUCHED,
        advice: "Choose a file in llama.cpp's imatrix format that was made for this model.",
      };
    case "text-unreadable":
      return {
        happened: `${details["file"] === undefined ? "The text" : file} cannot be read as text.`,
        data: FILE_UNTOUCHED,
        advice: "Choose a plain text file (UTF-8).",
      };
    case "text-invalid":
      return {
        happened: "The text cannot be turned into tokens by this model.",
        data: FILE_UNTOUCHED,
        advice: "Choose another text.",
      };
    case "text-too-short":
      return {
        happened: "The text is too short to learn or measure anything from it.",
        data: FILE_UNTOUCHED,
        advice: "Choose a text of some pages at least.",
      };
    case "text-too-large":
      return {
        happened: `${details["file"] === undefined ? "The text" : file} is too large${details["limitBytes"] === undefined ? "" : `: at most ${bytes(details["limitBytes"]) ?? "less"} are read`}.`,
        data: FILE_UNTOUCHED,
        advice: "Choose a shorter text: a part of it teaches as much.",
      };
    case "evaluation-failed":
      return {
        happened: `${file} could not be run.`,
        data: FILE_UNTOUCHED,
        advice: "Try again. If it fails again, download the model again.",
      };
    case "write-failed":
      return {
        happened: "The new file could not be written.",
        data: "Nothing half-finished was left.",
        advice: "Check the disk, then try again.",
      };
    case "out-of-memory":
      return {
        happened: "There was not enough memory for this.",
        data: "Nothing half-finished was left.",
        advice: "Close other programs, then try again.",
      };
    case "job-crashed":
      return {
        happened: "The process that did this stopped unexpectedly.",
        data: "Nothing half-finished was left. Your chats and models are safe.",
        advice: "Try again. If it stops again, close other programs to free memory.",
      };
    case "job-interrupted":
      return {
        happened: "Facet was closed unexpectedly while this was running.",
        data: "Nothing half-finished was left.",
        advice: "Try again when you want.",
      };
    case "pair-quantized":
      return {
        happened: `${file} is quantized${details["type"] === undefined ? "" : ` (${details["type"]})`}. That changed its weights more than most fine-tunes do, so no delta can be made of it.`,
        data: FILE_UNTOUCHED,
        advice: "Choose the same model in F16, BF16, F32 or Q8_0.",
      };
    case "pair-architectures-differ":
      return {
        happened: "These two models are built differently, so one cannot be a fine-tune of the other.",
        data: FILE_UNTOUCHED,
        advice: "Choose the base model that the fine-tune was trained from.",
      };
    case "pair-vocabularies-differ":
      return {
        happened: "The fine-tune has tokens that its base does not have. A delta cannot add them.",
        data: FILE_UNTOUCHED,
        advice: "Use this fine-tune as a model of its own.",
      };
    case "pair-shapes-differ":
      return {
        happened: "These two models have different sizes, so one cannot be a fine-tune of the other.",
        data: FILE_UNTOUCHED,
        advice: "Choose the base model that the fine-tune was trained from.",
      };
    case "pair-equal":
      return {
        happened: "These two models have the same weights: there is nothing to make a delta of.",
        data: FILE_UNTOUCHED,
        advice: "Choose a fine-tune of this base.",
      };
    case "pair-not-representable":
      return {
        happened: "What this fine-tune changed cannot be carried by a delta.",
        data: FILE_UNTOUCHED,
        advice: "Use this fine-tune as a model of its own.",
      };
    case "pair-width-unsupported":
      return {
        happened: "The width of this model does not allow a 1-bit delta.",
        data: FILE_UNTOUCHED,
        advice: "Extract a LoRA instead.",
      };
    case "delta-useless":
      return {
        happened:
          "The delta was made and measured, and it is no nearer to the fine-tune than the base is. It was removed.",
        data: FILE_UNTOUCHED,
        advice: "Check that the fine-tune was trained from this base.",
      };
    case "delta-missing":
      return {
        happened: `${delta} is not on this computer any more.`,
        data: CHATS_SAFE,
        advice: "Choose another fine-tune, or add its file again.",
      };
    case "delta-changed":
      return {
        happened: `The file of ${lower(delta)} was changed by another program, so it was not used.`,
        data: CHATS_SAFE,
        advice: "Delete this fine-tune and add its file again.",
      };
    case "delta-not-an-adapter":
      return {
        happened: `${file} holds no fine-tune that can be added to a model${details["kind"] === undefined ? "" : ` (${details["kind"]})`}.`,
        data: NOTHING_CHANGED,
        advice: "Choose a LoRA adapter or a 1-bit delta, as a GGUF file.",
      };
    case "delta-kind-unsupported":
      return {
        happened: `${delta} changes a model in a way that this version of Facet cannot use.${reason}`,
        data: NOTHING_CHANGED,
        advice: "Choose another fine-tune.",
      };
    case "delta-damaged":
      return {
        happened: `${delta} is damaged and was not used.${reason}`,
        data: NOTHING_CHANGED,
        advice: "Get the file again, or choose another fine-tune.",
      };
    case "delta-compact":
      return {
        happened: `${delta} is in the compact form and has to be expanded first.`,
        data: NOTHING_CHANGED,
        advice: "Add its file again: Facet expands it then.",
      };
    case "delta-other-architecture":
      return {
        happened: `${delta} was made for a model of another kind${
          details["architecture"] === undefined || details["modelArchitecture"] === undefined
            ? ""
            : `: for “${details["architecture"]}”, and this one is “${details["modelArchitecture"]}”`
        }.`,
        data: NOTHING_CHANGED,
        advice: "Load the model that it was made for, or choose another fine-tune.",
      };
    case "delta-shapes-differ":
      return {
        happened: `${delta} was made for a model of another size: a part of it finds no place in this one${
          details["tensor"] === undefined ? "" : ` (${details["tensor"]})`
        }.`,
        data: NOTHING_CHANGED,
        advice: "Load the model that it was made for, or choose another fine-tune.",
      };
    case "delta-other-base":
      return {
        happened: `${delta} was made for another model${details["base"] === undefined ? "" : `, “${details["base"]}”`}.${reason === "" ? " With this one it would talk nonsense." : reason}`,
        data: NOTHING_CHANGED,
        advice: "Load the model that it was made for, or choose another fine-tune.",
      };
    case "delta-weights-not-finite":
      return {
        happened: `${delta} holds numbers that are none (infinite, or not a number)${
          details["tensor"] === undefined ? "" : ` in ${details["tensor"]}`
        }, so it was not used.`,
        data: NOTHING_CHANGED,
        advice: "Get the file again, or choose another fine-tune.",
      };
    case "delta-alpha-invalid":
      return alphaText(delta, details);
    case "delta-too-large-for-memory":
      return {
        happened: `${delta} does not fit into memory beside the model${amounts(details)}.`,
        data: "Your message is kept.",
        advice: "Close other programs, use fewer fine-tunes at once, or load a smaller model.",
      };
    case "delta-crashed-last-time":
      return {
        happened: `The engine stopped unexpectedly while it was loading ${lower(delta)} the last time, so it was not used now.`,
        data: CHATS_SAFE,
        advice: "Choose it again to try once more, or choose another fine-tune.",
      };
    case "delta-load-failed":
      return {
        happened: `${delta} could not be loaded.${reason}`,
        data: "Your message is kept.",
        advice: "Try again, or choose another fine-tune.",
      };
    case "delta-not-moved-to-trash":
      return {
        happened: `The file of ${lower(delta)} could not be moved to the trash.${reason}`,
        data: FILE_UNTOUCHED,
        advice: "Close programs that use it, then try again.",
      };

    case "delta-already-here":
      return {
        happened: `${file} holds the same fine-tune as ${lower(delta)}, which is in your library already.`,
        data: FILE_UNTOUCHED,
        advice:
          "The file can stay where it is. You can also delete it from the folder “deltas” in Facet's data folder.",
      };
    case "hub-no-adapter":
      return {
        happened: `${details["repository"] ?? "This repository"} holds no LoRA adapter that Facet can use.`,
        data: NOTHING_CHANGED,
        advice:
          "Look for a repository with adapter_config.json and a safetensors file beside it, or with an adapter as a GGUF file.",
      };
    case "peft-config-missing":
      return {
        happened:
          "The file adapter_config.json, which says how an adapter's weights are to be used, is not beside them.",
        data: NOTHING_CHANGED,
        advice: "Put both files into one folder, then choose the weights there.",
      };
    case "peft-config-invalid":
      return {
        happened: `The adapter's adapter_config.json cannot be read.${reason}`,
        data: NOTHING_CHANGED,
        advice: "Get the adapter again, or choose another one.",
      };
    case "peft-unsupported":
      return {
        happened: `This adapter cannot be converted: ${peftFeatureWords(details)}.`,
        data: NOTHING_CHANGED,
        advice: "Choose another adapter, or look for the fine-tune as a whole model.",
      };
    case "peft-weights-damaged":
      return {
        happened: `The adapter's weights are damaged.${reason}`,
        data: NOTHING_CHANGED,
        advice: "Get the adapter again, or choose another one.",
      };
    case "peft-architecture-unsupported":
      return {
        happened: `Facet cannot convert adapters for ${details["architecture"] === undefined ? "models of this kind" : `“${details["architecture"]}” models`} yet.`,
        data: NOTHING_CHANGED,
        advice: "Look for the adapter as a GGUF file, which needs no conversion.",
      };
    case "peft-base-needed":
      return {
        happened: "The adapter has to be converted for the model that it was trained on, and no model is chosen.",
        data: NOTHING_CHANGED,
        advice: "Load that model, or choose it, then add the adapter again.",
      };

    case "disk-full":
      return {
        happened: `The disk is full${details["folder"] === undefined ? "" : `, so Facet cannot write to ${details["folder"]}`}.`,
        data: "What was saved before is safe. What you see now may not be saved.",
        advice:
          details["needed"] === undefined
            ? `Free ${bytes(details["missingBytes"]) ?? "some space"}${details["missingBytes"] === undefined ? "" : " more"}, then try again.`
            : `Free some space, ${details["needed"]} in all, then try again.`,
      };
    case "data-folder-unusable":
      return {
        happened: `Facet cannot use its data folder${details["folder"] === undefined ? "" : `, ${details["folder"]}`}.${reason}`,
        data: "Nothing in it was changed.",
        advice: "Make sure that the folder exists and that you may read and write it, then open Facet again.",
      };
    case "database-damaged":
      return {
        happened: "The file that holds your chats was damaged, so a new one was begun.",
        data:
          details["movedTo"] === undefined
            ? "The damaged file was kept in the data folder."
            : `The damaged file was kept: ${details["movedTo"]}.`,
        advice: "If you have a backup of the data folder, you can put it back while Facet is closed.",
      };
    case "stored-file-damaged":
      return {
        happened: `The file with ${storedContent(details["file"])} was damaged, so Facet begins a new one.`,
        data:
          details["movedTo"] === undefined
            ? `${CHATS_SAFE} The damaged file was kept in the data folder.`
            : `${CHATS_SAFE} The damaged file was kept: ${details["movedTo"]}.`,
        advice:
          details["file"] === "deltas.json"
            ? "The fine-tunes themselves are still there: open Fine-tunes and add them from Facet's folder."
            : "If you have a backup of that file, you can put it back while Facet is closed.",
      };
    case "stored-entries-unreadable":
      return {
        happened: `The file with ${storedContent(details["file"])} has ${entries(details["count"])} that this version of Facet does not understand.`,
        data: "What is not understood is kept in the file as it is. Everything else in it is used.",
        advice: `If you used a newer version of Facet, install it again. If you changed ${details["file"] ?? "the file"} by hand, correct it in the data folder while Facet is closed.`,
      };
    case "database-newer":
      return {
        happened: "Your chats were saved by a newer version of Facet, which this version cannot read.",
        data: "Nothing was changed.",
        advice: "Install the newer version again.",
      };
    case "save-failed":
      return {
        happened: `This could not be saved.${reason}`,
        data: "What was saved before is safe. What you see now may be lost when Facet is closed.",
        advice: "Try again. If it goes on, look into the logs: Settings, Open logs folder.",
      };
    case "not-found":
      return {
        happened: "This is not there any more.",
        data: "Nothing was changed.",
        advice: "It may have been deleted in the meantime.",
      };

    case "request-invalid":
      return {
        happened: `Facet refused this request.${reason}`,
        data: "Nothing was changed.",
        advice: "Try again. If it goes on, look into the logs: Settings, Open logs folder.",
      };
    case "internal":
      return {
        happened: `Something went wrong inside Facet.${reason}`,
        data: CHATS_SAFE,
        advice: "Try again. If it goes on, look into the logs: Settings, Open logs folder.",
      };
  }
}

/** All three sentences in a row, for places with room for one paragraph. */
export function failureParagraph(failure: Failure): string {
  const { happened, data, advice } = failureText(failure);
  return `${happened} ${data} ${advice}`;
}

/** The model's file by its name, where the place that failed did not know it. */
export function withFileName(failure: Failure, fileName: string | undefined): Failure {
  return fileName === undefined ? failure : { ...failure, details: { file: fileName, ...failure.details } };
}

type Details = Readonly<Record<string, string>>;

/** An adapter's change is multiplied by its alpha; mlx-lm calls it scale. */
function alphaText(delta: string, { alpha, rank, setting = "alpha" }: Details): FailureText {
  const data = NOTHING_CHANGED;
  if (Number(alpha) === 0) {
    return {
      happened: `${delta} is set to a strength of 0 (${setting}), so it would change nothing in the model.`,
      data,
      advice: `If you know the ${setting} that it was trained with, write it into its adapter_config.json. Otherwise choose another fine-tune.`,
    };
  }
  if (Number(alpha) < 0) {
    return {
      happened: `${delta} is set to a strength below 0 (${setting}: ${alpha}), which would turn what it learned into its opposite.`,
      data,
      advice: "Choose another fine-tune.",
    };
  }
  const amount = alpha === undefined ? "" : `: ${alpha}${rank === undefined ? "" : ` at rank ${rank}`}`;
  return {
    happened: `${delta} is set to a strength (${setting}) so high that every answer would be nonsense${amount}.`,
    data,
    advice: "Choose another fine-tune.",
  };
}

/** What an adapter uses that cannot be carried over, to stand behind a colon. */
function peftFeatureWords({ feature, kind, tensor }: Details): string {
  const parsed = PeftFeature.safeParse(feature);
  const named = kind === undefined ? "" : ` (${kind})`;
  const seen = tensor === undefined ? "" : `, as ${tensor} shows`;
  if (!parsed.success) return "it uses something that this version of Facet does not know";
  switch (parsed.data) {
    case "other-method":
      return `it is no LoRA, but another kind of adapter${named}`;
    case "dora":
      return "it uses DoRA, which scales each row of the model's weights; an adapter of llama.cpp cannot";
    case "modules-to-save":
      return `it brings whole parts of the model that were trained too${named}`;
    case "bias":
      return "it changes biases, which an adapter of llama.cpp cannot";
    case "embedding":
      return `it changes the token embeddings in a way that llama.cpp cannot use${seen}`;
    case "output-head":
      return "it changes the output head, which this model shares with its token embeddings";
    case "new-tokens":
      return "it adds or trains single tokens, which an adapter of llama.cpp cannot";
    case "norms":
      return `it changes norms, which an adapter of llama.cpp cannot${seen}`;
    case "vision":
      return `it changes how the model sees pictures, and Facet runs the text part alone${seen}`;
    case "experts":
      return `it changes the experts of a mixture, which Facet does not convert${seen}`;
    case "layer-replication":
      return "it repeats layers of the model, so it is a model of its own";
    case "whole-weights":
      return "it holds the fine-tune's weights themselves, not what they changed";
    case "changed-base":
      return `its training began by changing the base model's own weights${named}, and those are not in it`;
    case "alora":
      return "it works only after certain words (aLoRA)";
    case "other-task":
      return `it was made for another task than writing text${named}`;
    case "unknown-module":
      return `it changes a part of the model that Facet does not know${tensor === undefined ? "" : `: ${tensor}`}`;
    case "pickle":
      return "its weights are a pickle file (adapter_model.bin), which can run programs when it is read; Facet reads safetensors only";
    case "unknown-option":
      return `it uses an option that this version of Facet does not know${named}`;
  }
}

/** ": it needs 9.1 GB, and there are 4.2 GB", as far as it is known. */
function amounts(details: Details): string {
  const needed = details["needed"] ?? bytes(details["neededBytes"]);
  const available = details["available"] ?? bytes(details["availableBytes"]) ?? bytes(details["fileBytes"]);
  if (needed === undefined) return "";
  return available === undefined ? `: it needs ${needed}` : `: it needs ${needed}, and there are ${available}`;
}

function bytes(amount: string | undefined): string | undefined {
  return amount === undefined || !/^\d+$/u.test(amount) ? undefined : formatBytes(Number(amount));
}

/** ": 9,000 tokens, and the context holds 8,192" */
function tokenCounts({ messageTokens, contextSizeTokens }: Details): string {
  if (messageTokens === undefined || contextSizeTokens === undefined) return "";
  return `: ${count(messageTokens)} tokens, and the context holds ${count(contextSizeTokens)}`;
}

/** "1 entry", "2 entries" */
function entries(amount: string | undefined): string {
  if (amount === undefined) return "entries";
  return amount === "1" ? "1 entry" : `${count(amount)} entries`;
}

function count(amount: string): string {
  return /^\d+$/u.test(amount) ? formatCount(Number(amount)) : amount;
}

/** "Hugging Face: no answer. PyPI: pip could not fetch it. " */
function sources(details: Details): string {
  const known = ["Hugging Face", "PyPI"].filter((source) => details[source] !== undefined);
  return known.map((source) => `${source}: ${ended(details[source] ?? "")} `).join("");
}

function sentence(text: string): string {
  return ended(text.slice(0, 1).toUpperCase() + text.slice(1));
}

function ended(text: string): string {
  return /[.?]$/u.test(text) ? text : `${text}.`;
}

function lower(subject: string): string {
  return subject.startsWith("The ") ? `the ${subject.slice("The ".length)}` : subject;
}
