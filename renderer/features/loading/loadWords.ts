// How a model is loaded, in words: the settings' names, their values, and why each has its value. Renderer.
import type { Fit } from "../../../electron/contract/fit";
import type {
  LoadChoice,
  LoadPlan,
  LoadReason,
  LoadReasons,
  LoadSettingName,
} from "../../../electron/contract/loadSettings";
import { formatBytes, formatCount } from "../../../electron/words/quantities";

export const settingNames: Readonly<Record<LoadSettingName, string>> = {
  contextSizeTokens: "Context size",
  keyCacheType: "KV cache, keys",
  valueCacheType: "KV cache, values",
  gpuLayers: "Layers on the GPU",
  threads: "Threads",
  flashAttention: "Flash attention",
  mmap: "Map the file",
};

export const settingOrder: readonly LoadSettingName[] = [
  "contextSizeTokens",
  "keyCacheType",
  "valueCacheType",
  "gpuLayers",
  "threads",
  "flashAttention",
  "mmap",
];

export function valueWords(name: LoadSettingName, choice: LoadChoice): string {
  switch (name) {
    case "contextSizeTokens":
      return `${formatCount(choice.contextSizeTokens)} tokens`;
    case "gpuLayers":
    case "threads":
      return formatCount(choice[name]);
    case "flashAttention":
    case "mmap":
      return choice[name] ? "on" : "off";
    case "keyCacheType":
    case "valueCacheType":
      return choice[name];
  }
}

export function reasonWords(reason: LoadReason): string {
  switch (reason) {
    case "chosen":
      return "set by you";
    case "target":
      return "enough for long chats";
    case "training":
      return "all the model was trained for";
    case "memory":
      return "what the free memory allows";
    case "failed-before":
      return "less than what failed last time";
    case "exact":
      return "the most exact";
    case "needs-flash-attention":
      return "without flash attention, values must stay exact";
    case "heads-not-divisible":
      return "this model’s heads do not divide into blocks of 32";
    case "no-gpu":
      return "no GPU is used";
    case "whole-on-gpu":
      return "the GPU holds all of it";
    case "gpu-memory":
      return "what the GPU’s memory allows";
    case "leaves-one-core":
      return "one core is left to everything else";
    case "only-core":
      return "there is one core";
    case "faster":
      return "faster, and takes less memory";
    case "not-supported":
      return "this model cannot use it";
    case "used-in-place":
      return "weights are used from the file";
    case "copied-anyway":
      return "the processor needs the weights rearranged, so a map would hold them twice";
    case "no-fine-tunes":
      return "there are no fine-tunes";
    case "fine-tunes":
      return "switching between fine-tunes reads nothing again";
    case "refused":
      return "the system refused more";
  }
}

/** "8,192 tokens, enough for long chats" */
export function settingWords(name: LoadSettingName, choice: LoadChoice, reasons: LoadReasons): string {
  return `${valueWords(name, choice)}, ${reasonWords(reasons[name])}`;
}

/** "Chats kept in memory: 4 (122 MB more), switching between fine-tunes reads nothing again" */
export function conversationsWords({
  choice,
  reasons,
  conversationsWithDeltas,
  moreConversationsBytes,
}: LoadPlan): string {
  const more = conversationsWithDeltas > 1 ? ` (${formatBytes(moreConversationsBytes)} more)` : "";
  if (choice.conversations > 1)
    return `Chats kept in memory: ${choice.conversations}${more}, ${reasonWords(reasons.conversations)}`;
  if (conversationsWithDeltas > 1)
    return `Chats kept in memory: 1, and with fine-tunes ${conversationsWithDeltas}${more}`;
  return `Chats kept in memory: 1, ${reasonWords(reasons.conversations)}`;
}

/** What differs between two ways to load: "a context of 4,096 tokens, keys and values in q8_0". */
export function differenceWords(from: LoadChoice, to: LoadChoice): string {
  const parts: string[] = [];
  if (to.contextSizeTokens !== from.contextSizeTokens)
    parts.push(`a context of ${formatCount(to.contextSizeTokens)} tokens`);
  if (to.keyCacheType !== from.keyCacheType || to.valueCacheType !== from.valueCacheType) {
    parts.push(
      to.keyCacheType === to.valueCacheType
        ? `a KV cache in ${to.keyCacheType}`
        : `keys in ${to.keyCacheType}, values in ${to.valueCacheType}`,
    );
  }
  if (to.gpuLayers !== from.gpuLayers) parts.push(`${formatCount(to.gpuLayers)} layers on the GPU`);
  return parts.join(" and ");
}

/** Memory that is free for a model, the loaded one counted as gone. */
export function freeForModel({ machine }: Fit): number {
  return Math.max(0, machine.availableBytes - machine.systemReserveBytes);
}
