// What a variant is called in a list, and why one cannot be downloaded.
import type { HubVariant } from "../contract/hub";

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
      return "Not all of its parts are in the repository";
    case "not-whole":
      return "In pieces that must be joined or unpacked first; Facet cannot do that yet";
    case "no-checksum":
      return "The hub has no checksum for it, so what arrives could not be verified";
    case "address-refused":
      return "Its path at the hub is not a safe one, so Facet does not fetch it";
  }
}
