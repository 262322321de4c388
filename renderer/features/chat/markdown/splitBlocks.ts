// Splits Markdown into blocks that are parsed and rendered on their own, so that a token re-renders the last one only.
import { parseMarkdownIntoBlocks } from "streamdown";

/** Lists are one block to the parser; above this they are split between items, or each token would parse the whole list. */
const LIST_CHUNK_CHARACTERS = 1500;
/** Each block is a component; what comes after so many is one block. */
const MAX_BLOCKS = 600;
const LIST_ITEM = /^( {0,3})(?:[-*+]|(\d{1,9})[.)])[ \t]/u;

/** Deeper quotes and lists are no text, and overflow the stack of the parsers. Either so many marks, or so far indented. */
const TOO_NESTED = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){100}|^[ \t]{200,}(?:>|[-*+]|\d{1,9}[.)])/mu;

export function isTooNested(markdown: string): boolean {
  return TOO_NESTED.test(markdown);
}

export function splitBlocks(markdown: string): string[] {
  if (isTooNested(markdown)) return [markdown];
  const blocks = parseMarkdownIntoBlocks(markdown).flatMap(splitLongList);
  return blocks.length <= MAX_BLOCKS ? blocks : [...blocks.slice(0, MAX_BLOCKS), blocks.slice(MAX_BLOCKS).join("")];
}

/** Joined again, the pieces are the block. Numbered lists are cut only where each piece keeps its numbers. */
export function splitLongList(block: string): string[] {
  const first = LIST_ITEM.exec(block);
  if (block.length <= LIST_CHUNK_CHARACTERS || first === null) return [block];
  const indent = first[1];
  const pieces: string[] = [];
  let pieceStart = 0;
  let items = 0;
  let lineStart = 0;
  while (lineStart < block.length) {
    const lineEnd = block.indexOf("\n", lineStart);
    const nextLine = lineEnd === -1 ? block.length : lineEnd + 1;
    const item = LIST_ITEM.exec(block.slice(lineStart, Math.min(nextLine, lineStart + 16)));
    if (item !== null && item[1] === indent) {
      const keepsNumber = item[2] === undefined || Number(item[2]) === Number(first[2]) + items;
      if (lineStart - pieceStart >= LIST_CHUNK_CHARACTERS && keepsNumber) {
        pieces.push(block.slice(pieceStart, lineStart));
        pieceStart = lineStart;
      }
      items += 1;
    }
    lineStart = nextLine;
  }
  pieces.push(block.slice(pieceStart));
  return pieces;
}
