// A text in parts that can be laid out one by one: the browser draws only those in view.
import { cutText } from "../textField/cutText";

const CHUNK_CHARACTERS = 4_000;
const CHUNK_LINES = 100;

/**
 * Joined, they are the text. Each ends with a line; only a line that is longer than a part is cut within, between two words.
 */
export function chunkText(text: string): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < text.length;) {
    const length = chunkLength(text.slice(start, start + CHUNK_CHARACTERS + 1));
    chunks.push(text.slice(start, start + length));
    start += length;
  }
  return chunks;
}

/** `ahead` is one character longer than a chunk may be, unless the text ends there. */
function chunkLength(ahead: string): number {
  let end = 0;
  for (let lines = 0; lines < CHUNK_LINES; lines++) {
    const lineEnd = ahead.indexOf("\n", end);
    if (lineEnd === -1 || lineEnd >= CHUNK_CHARACTERS)
      return end > 0 && ahead.length > CHUNK_CHARACTERS ? end : cutText(ahead, CHUNK_CHARACTERS).length;
    end = lineEnd + 1;
  }
  return end;
}
