// What a variant is called in a list, and why one cannot be downloaded.
import type { HubVariant } from "../contract/hub";
import { t } from "./language";

/** Its quantization where no other variant of the list has it, else its file's name. */
export function variantName(variant: HubVariant, among: readonly HubVariant[]): string {
  const { quantization, id } = variant;
  const isOnly =
    quantization !== null && !among.some((other) => other !== variant && other.quantization === quantization);
  return isOnly ? quantization : id.slice(id.lastIndexOf("/") + 1);
}

export function obstacleWords(obstacle: NonNullable<HubVariant["obstacle"]>): string {
  switch (obstacle) {
    case "parts-missing":
      return t("Some of its parts are missing on Hugging Face");
    case "not-whole":
      return t("In parts that must be joined or unpacked first, which Facet can’t do yet");
    case "no-checksum":
      return t("Hugging Face has no checksum for it, so the download couldn’t be verified");
    case "address-refused":
      return t("Its path isn’t safe, so Facet doesn’t download it");
  }
}
