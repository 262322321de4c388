// The text of a file that was dropped or pasted, where it is one.

/** More cannot be a message; a file of gigabytes is not read to say so. */
const MAX_FILE_BYTES = 64_000_000;

/** Null for a picture, a PDF, a folder and everything else that is no text in UTF-8 or, with its mark, UTF-16. */
export async function readTextFile(file: Blob): Promise<string | null> {
  if (file.size > MAX_FILE_BYTES) return null;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/** By the mark that Windows writes before UTF-16. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
