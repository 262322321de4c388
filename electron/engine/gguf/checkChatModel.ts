// Decides from the headers whether a file is a whole model that can chat, all its parts included. Engine process.
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { architecturesWithoutChat, knownArchitectures } from "./architectures";
import { FileByteSource } from "./ByteSource";
import { checkHyperparameters } from "./checkHyperparameters";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "./readGgufHeader";

/** Real models are split in tens of parts. */
const MAX_PARTS = 512;

export interface CheckedModel {
  header: GgufHeader;
  /** Of all parts. */
  weightsBytes: number;
  sizeBytes: number;
}

/**
 * Reads the header of the file and, for a split model, of all its other parts.
 * Failures: those of readGgufHeader, model-missing, model-unreadable, model-architecture-unknown,
 * model-is-not-a-chat-model (details.kind says what it is).
 */
export async function checkChatModel(filePath: string): Promise<Outcome<CheckedModel>> {
  const first = await readPart(filePath);
  if (!first.ok) return first;
  const { header } = first.value;
  const parts = metadataNumber(header, "split.count") ?? 1;
  if (parts <= 1) {
    const purpose = checkPurpose(header);
    return purpose.ok ? first : purpose;
  }

  const names = partPaths(filePath, parts);
  if (names === undefined || metadataNumber(header, "split.no") !== 0 || names[0] !== filePath)
    return fail("model-damaged", { check: "split" }, "the file is one part of a split model, and not its first");
  const purpose = checkPurpose(header);
  if (!purpose.ok) return purpose;
  let { weightsBytes, sizeBytes } = first.value;
  for (const name of names.slice(1)) {
    const part = await readPart(name);
    if (!part.ok) {
      const { failure } = part;
      return { ok: false, failure: { ...failure, details: { ...failure.details, file: path.basename(name) } } };
    }
    weightsBytes += part.value.weightsBytes;
    sizeBytes += part.value.sizeBytes;
  }
  return succeed({ header, weightsBytes, sizeBytes });
}

async function readPart(filePath: string): Promise<Outcome<CheckedModel>> {
  const source = await FileByteSource.open(filePath);
  if (!source.ok) return source;
  try {
    const header = await readGgufHeader(source.value);
    if (!header.ok) return header;
    const { sizeBytes } = source.value;
    return succeed({ header: header.value, weightsBytes: header.value.weightsBytes, sizeBytes });
  } finally {
    await source.value.close();
  }
}

/** The names that llama.cpp will open: name-00001-of-00003.gguf and so on. */
export function partPaths(filePath: string, parts: number): string[] | undefined {
  const match = /^(.*)-\d{5}-of-(\d{5})\.gguf$/u.exec(filePath);
  const prefix = match?.[1];
  if (prefix === undefined || Number(match?.[2]) !== parts || parts > MAX_PARTS) return undefined;
  const total = String(parts).padStart(5, "0");
  return Array.from({ length: parts }, (_, index) => `${prefix}-${String(index + 1).padStart(5, "0")}-of-${total}.gguf`);
}

function checkPurpose(header: GgufHeader): Outcome<undefined> {
  const type = metadataText(header, "general.type");
  if (type !== undefined && type !== "model") return fail("model-is-not-a-chat-model", { kind: shorten(type) });

  const architecture = metadataText(header, "general.architecture");
  if (architecture === undefined)
    return fail("model-damaged", { check: "general.architecture" }, "the file does not say its architecture");
  if (!knownArchitectures.has(architecture))
    return fail("model-architecture-unknown", { architecture: shorten(architecture) });
  const plausible = checkHyperparameters(header);
  if (!plausible.ok) return plausible;
  const otherPurpose = architecturesWithoutChat.get(architecture);
  if (otherPurpose !== undefined) return fail("model-is-not-a-chat-model", { kind: otherPurpose });

  const tokenizer = metadataText(header, "tokenizer.ggml.model");
  if (tokenizer === undefined || tokenizer === "no_vocab" || header.metadata.get("tokenizer.ggml.tokens")?.kind !== "array")
    return fail("model-is-not-a-chat-model", { kind: "model without a tokenizer" });
  if (header.tensors.length === 0) return fail("model-is-not-a-chat-model", { kind: "vocabulary without weights" });
  return succeed(undefined);
}

/** A name from the file, fit for a sentence. */
function shorten(name: string): string {
  return name.replaceAll(/[^\w .+-]/gu, "?").slice(0, 40);
}
