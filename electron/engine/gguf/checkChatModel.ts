// Decides from the headers whether a file is a whole model that can chat, all its parts included. Engine process.
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { withDetails } from "../../contract/failureDetails";
import { FileByteSource } from "./ByteSource";
import { checkLoadable } from "./checkLoadable";
import { checkPurpose } from "./checkPurpose";
import { metadataNumber, metadataText, readGgufHeader, type GgufHeader } from "./readGgufHeader";
import { noTokenizer } from "./tokenizers";

/** Real models are split in tens of parts. */
const MAX_PARTS = 512;

export interface CheckedModel {
  /** Of the first part, its vocabulary forgotten again. */
  header: GgufHeader;
  /** Of all parts. */
  weightsBytes: number;
  sizeBytes: number;
}

/**
 * Reads the header of the file and, for a split model, of all its other parts.
 * Failures: those of readGgufHeader and checkLoadable, model-missing, model-unreadable, model-architecture-unknown,
 * model-is-not-a-chat-model.
 */
export async function checkChatModel(filePath: string): Promise<Outcome<CheckedModel>> {
  const first = await readPart(filePath);
  if (!first.ok) return first;
  const { header } = first.value;
  const parts = metadataNumber(header, "split.count") ?? 1;
  if (parts <= 1) {
    const purpose = checkFirstPart(header);
    return purpose.ok ? succeed({ ...first.value, header: { ...header, vocabulary: null } }) : purpose;
  }

  const names = partPaths(filePath, parts);
  if (names === undefined || metadataNumber(header, "split.no") !== 0 || names[0] !== filePath)
    return fail("model-damaged", { check: "split" }, "the file is one part of a split model, and not its first");
  const purpose = checkFirstPart(header);
  if (!purpose.ok) return purpose;
  let { weightsBytes, sizeBytes } = first.value;
  for (const name of names.slice(1)) {
    const part = await readFurtherPart(name);
    if (!part.ok) {
      const { failure } = part;
      return { ok: false, failure: withDetails(failure, { file: path.basename(name) }) };
    }
    weightsBytes += part.value.weightsBytes;
    sizeBytes += part.value.sizeBytes;
  }
  return succeed({ header: { ...header, vocabulary: null }, weightsBytes, sizeBytes });
}

async function readPart(filePath: string): Promise<Outcome<CheckedModel>> {
  const source = await FileByteSource.open(filePath);
  if (!source.ok) return source;
  try {
    const header = await readGgufHeader(source.value, { withVocabulary: true });
    if (!header.ok) return header;
    const { sizeBytes } = source.value;
    return succeed({ header: header.value, weightsBytes: header.value.weightsBytes, sizeBytes });
  } finally {
    await source.value.close();
  }
}

async function readFurtherPart(filePath: string): Promise<Outcome<CheckedModel>> {
  const part = await readPart(filePath);
  const sound = part.ok ? checkLoadable(part.value.header, false) : part;
  return sound.ok ? part : sound;
}

/** The names that llama.cpp will open: name-00001-of-00003.gguf and so on. */
export function partPaths(filePath: string, parts: number): string[] | undefined {
  const match = /^(.*)-\d{5}-of-(\d{5})\.gguf$/u.exec(filePath);
  const prefix = match?.[1];
  if (prefix === undefined || Number(match?.[2]) !== parts || parts > MAX_PARTS) return undefined;
  const total = String(parts).padStart(5, "0");
  return Array.from(
    { length: parts },
    (_, index) => `${prefix}-${String(index + 1).padStart(5, "0")}-of-${total}.gguf`,
  );
}

function checkFirstPart(header: GgufHeader): Outcome<undefined> {
  const tokenizer = metadataText(header, "tokenizer.ggml.model");
  const hasTokenizer =
    tokenizer !== undefined &&
    !noTokenizer.has(tokenizer) &&
    header.metadata.get("tokenizer.ggml.tokens")?.kind === "array";
  const isSplit = (metadataNumber(header, "split.count") ?? 1) > 1;
  const purpose = checkPurpose({ header, tensors: isSplit ? null : header.tensors, hasTokenizer });
  return purpose.ok ? checkLoadable(header, true) : purpose;
}
