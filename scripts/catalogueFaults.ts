// What of a hand-picked model is not so at the hub.
import type { CatalogueModel, HubModel } from "../electron/contract/hub";
import type { HubClient } from "../electron/core/hub/HubClient";
import { architecturesWithoutChat, knownArchitectures } from "../electron/engine/gguf/architectures";

/** Sizes that are multiples of this were rounded by whoever wrote them down, and are shown as approximate. */
const ROUNDED_BYTES = 10_000_000;
/** How far a rounded size may be off. */
const ROUNDED_SHARE = 0.03;

/** Empty: all of it is so. Each a sentence. */
export async function catalogueFaults(
  entry: CatalogueModel,
  client: Pick<HubClient, "model">,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await client.model(entry.repository, signal);
  return found.ok ? faultsBeside(entry, found.value) : [`the hub answers ${found.failure.code}`];
}

function faultsBeside(entry: CatalogueModel, { summary, licenceName, variants }: HubModel): string[] {
  const { repository, gate, licence, architecture, trainContextSizeTokens } = summary;
  const faults: string[] = [];
  if (repository !== entry.repository) faults.push(`it is called ${repository} now`);
  if (gate !== "open") faults.push("not everybody may have it");
  if (licence !== entry.licence && licenceName !== entry.licence)
    faults.push(`its licence is ${licenceName ?? licence ?? "not said"}, not ${entry.licence}`);
  if (architecture !== null && (!knownArchitectures.has(architecture) || architecturesWithoutChat.has(architecture)))
    faults.push(`its architecture, ${architecture}, does not chat here`);
  if (trainContextSizeTokens !== null && trainContextSizeTokens !== entry.trainContextSizeTokens)
    faults.push(`its context is ${trainContextSizeTokens}, not ${entry.trainContextSizeTokens}`);
  for (const { quantization, sizeBytes } of entry.variants) {
    const sizes = variants
      .filter((variant) => variant.quantization === quantization && variant.obstacle === null)
      .map((variant) => variant.sizeBytes);
    if (sizes.length === 0) faults.push(`there is no ${quantization}`);
    else if (!sizes.some((size) => isSaid(sizeBytes, size)))
      faults.push(`${quantization} has ${sizes.join(" or ")} bytes, not ${sizeBytes}`);
  }
  return faults;
}

function isSaid(saidBytes: number, realBytes: number): boolean {
  if (saidBytes % ROUNDED_BYTES !== 0) return saidBytes === realBytes;
  return Math.abs(saidBytes / realBytes - 1) <= ROUNDED_SHARE;
}
