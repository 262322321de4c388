// Follows a code block that may still grow: sends its finished lines to the highlighter once, returns the colours so far.
import { useEffect, useRef, useState } from "react";
import type { HighlightedLine } from "./codeKinds";
import { cachedLines, cacheLines, openBlock, type HighlightedBlock } from "./highlighter";

const none: readonly HighlightedLine[] = [];

interface Following {
  readonly block: HighlightedBlock;
  readonly language: string;
  sentText: string;
  sentLines: number;
  /** The block is finished: its colours are worth keeping when all are there. */
  finished: boolean;
}

/** Line i of the result belongs to line i of the code, when it is there yet. `growing`: the last line may still change. */
export function useHighlightedLines(code: string, language: string, growing: boolean): readonly HighlightedLine[] {
  const [lines, setLines] = useState<readonly HighlightedLine[]>(() => cachedLines(language, code) ?? none);
  const following = useRef<Following | null>(null);
  const collected = useRef<readonly HighlightedLine[]>(lines);

  useEffect(() => {
    const finished = growing ? code.slice(0, code.lastIndexOf("\n") + 1) : `${code}\n`;
    let current = following.current;
    if (current === null || current.language !== language || !finished.startsWith(current.sentText)) {
      current?.block.close();
      following.current = current = null;
      const cached = growing ? undefined : cachedLines(language, code);
      collected.current = cached ?? none;
      setLines(collected.current);
      if (cached !== undefined || finished === "") return;
      const block = openBlock(language, (more) => {
        collected.current = [...collected.current, ...more];
        setLines(collected.current);
        const now = following.current;
        if (now?.finished === true && now.sentLines === collected.current.length) {
          cacheLines(language, now.sentText.slice(0, -1), collected.current);
        }
      });
      if (block === null) return;
      following.current = current = { block, language, sentText: "", sentLines: 0, finished: false };
    }
    const fresh = finished.slice(current.sentText.length);
    if (fresh === "") return;
    const freshLines = fresh.slice(0, -1).split("\n");
    current.sentText = finished;
    current.sentLines += freshLines.length;
    current.finished = !growing;
    current.block.send(freshLines);
  }, [code, language, growing]);

  useEffect(
    () => () => {
      following.current?.block.close();
      following.current = null;
    },
    [],
  );

  return lines;
}
