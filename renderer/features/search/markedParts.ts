// Splits a search snippet at the marks that main puts around found words.
export interface SnippetPart {
  readonly text: string;
  readonly found: boolean;
}

const MARK_BEGIN = "\u{E000}";
const MARK_END = "\u{E001}";

export function markedParts(snippet: string): SnippetPart[] {
  const parts: SnippetPart[] = [];
  let found = false;
  for (const piece of snippet.split(/([\u{E000}\u{E001}])/u)) {
    if (piece === MARK_BEGIN) found = true;
    else if (piece === MARK_END) found = false;
    else if (piece !== "") parts.push({ text: piece, found });
  }
  return parts;
}
