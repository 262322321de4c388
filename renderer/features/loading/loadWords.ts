// How a model is loaded, in words: the settings' names, their values, and why each has its value. Renderer.
import type { Fit } from "../../../electron/contract/fit";
import { t } from "../../../electron/words/language";
import type { LoadChoice, LoadPlan, LoadReason, LoadSettingName } from "../../../electron/contract/loadSettings";
import { formatBytes, formatCount, formatList } from "../../../electron/words/quantities";

export function settingName(name: LoadSettingName): string {
  switch (name) {
    case "contextSizeTokens":
      return t("Context size");
    case "keyCacheType":
      return t("KV cache, keys");
    case "valueCacheType":
      return t("KV cache, values");
    case "gpuLayers":
      return t("Layers on the GPU");
    case "threads":
      return t("Threads");
    case "flashAttention":
      return t("Flash attention");
    case "mmap":
      return t("Map the file");
  }
}

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
      return t("{count, plural, one {# token} other {# tokens}}", { count: choice.contextSizeTokens });
    case "gpuLayers":
    case "threads":
      return formatCount(choice[name]);
    case "flashAttention":
    case "mmap":
      return choice[name] ? t("on") : t("off");
    case "keyCacheType":
    case "valueCacheType":
      return choice[name];
  }
}

export function reasonWords(reason: LoadReason): string {
  switch (reason) {
    case "chosen":
      return t("set by you");
    case "target":
      return t("enough for long chats");
    case "training":
      return t("the most that the model was trained with");
    case "memory":
      return t("what the free memory allows");
    case "failed-before":
      return t("less than what failed last time");
    case "exact":
      return t("the most exact");
    case "needs-flash-attention":
      return t("without flash attention, values must stay exact");
    case "heads-not-divisible":
      return t("this model’s heads do not divide into blocks of 32");
    case "no-gpu":
      return t("no GPU is used");
    case "whole-on-gpu":
      return t("the GPU holds all of it");
    case "gpu-memory":
      return t("what the GPU’s memory allows");
    case "gpu-computes":
      return t("the GPU computes nearly everything");
    case "leaves-one-core":
      return t("one core is left to everything else");
    case "only-core":
      return t("there is one core");
    case "faster":
      return t("faster, and takes less memory");
    case "not-supported":
      return t("this model can’t use it");
    case "used-in-place":
      return t("weights are used from the file");
    case "copied-anyway":
      return t("the processor needs the weights rearranged, so a map would hold them twice");
    case "copied-for-gpu":
      return t("the GPU reads a copy faster than the file");
    case "no-fine-tunes":
      return t("there are no fine-tunes");
    case "fine-tunes":
      return t("switching between fine-tunes reads nothing again");
    case "refused":
      return t("the system refused more");
  }
}

/** "Chats kept in memory: 4 (122 MB more), switching between fine-tunes reads nothing again." */
export function conversationsWords({
  choice,
  reasons,
  conversationsWithDeltas,
  moreConversationsBytes,
}: LoadPlan): string {
  const count = formatCount(choice.conversations);
  const reason = reasonWords(reasons.conversations);
  if (conversationsWithDeltas < 2) return t("Chats kept in memory: {count}, {reason}.", { count, reason });
  const size = formatBytes(moreConversationsBytes);
  return choice.conversations > 1
    ? t("Chats kept in memory: {count} ({size} more), {reason}.", { count, size, reason })
    : t("Chats kept in memory: {count}, and with fine-tunes {countWithFineTunes} ({size} more).", {
        count,
        countWithFineTunes: formatCount(conversationsWithDeltas),
        size,
      });
}

/** What differs between two ways to load: "4,096 tokens of context and KV cache in q8_0". */
export function differenceWords(from: LoadChoice, to: LoadChoice): string {
  const parts: string[] = [];
  if (to.contextSizeTokens !== from.contextSizeTokens)
    parts.push(
      t("{count, plural, one {# token of context} other {# tokens of context}}", { count: to.contextSizeTokens }),
    );
  if (to.keyCacheType !== from.keyCacheType || to.valueCacheType !== from.valueCacheType) {
    parts.push(
      to.keyCacheType === to.valueCacheType
        ? t("KV cache in {type}", { type: to.keyCacheType })
        : t("keys in {keyType}, values in {valueType}", { keyType: to.keyCacheType, valueType: to.valueCacheType }),
    );
  }
  if (to.gpuLayers !== from.gpuLayers)
    parts.push(t("{count, plural, one {# layer on the GPU} other {# layers on the GPU}}", { count: to.gpuLayers }));
  return formatList(parts);
}

/** Memory that is free for a model, the loaded one counted as gone. */
export function freeForModel({ machine }: Fit): number {
  return Math.max(0, machine.availableBytes - machine.systemReserveBytes);
}
