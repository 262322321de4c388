// Whether a file is a model that Facet can chat with, before anything is asked about how it was made. Engine and fit process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { knownArchitectures } from "./architectures";
import { fileKindOf, type ReadParts } from "./fileKind";
import { metadataText } from "./readGgufHeader";

/** Failures: "model-is-not-a-chat-model", "model-architecture-unknown". */
export function checkPurpose(parts: ReadParts): Outcome<undefined> {
  const kind = fileKindOf(parts);
  if (kind !== "model") return fail("model-is-not-a-chat-model", { kind });
  const architecture = metadataText(parts.header, "general.architecture") ?? "";
  return knownArchitectures.has(architecture)
    ? succeed(undefined)
    : fail("model-architecture-unknown", { architecture: shorten(architecture) });
}

/** A name from the file, fit for a sentence. */
function shorten(name: string): string {
  return name.replaceAll(/[^\w .+-]/gu, "?").slice(0, 40);
}
