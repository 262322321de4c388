// A long text, of which the browser draws what is in view.
import { useMemo, type CSSProperties, type ReactNode } from "react";
import { chunkText } from "./chunkText";
import styles from "./ChunkedText.module.css";

/** Of a line of prose, as wide as a message; near enough for a scroll bar. */
const LINE_CHARACTERS = 80;

export function ChunkedText({ text }: { readonly text: string }): ReactNode {
  const chunks = useMemo(() => chunkText(text), [text]);
  return chunks.map((chunk, index) => (
    // The parts of one text never change places.
    <div key={index} className={styles.chunk} style={{ "--lines": lineCount(chunk) } satisfies CSSProperties}>
      {chunk}
    </div>
  ));
}

function lineCount(chunk: string): number {
  return chunk
    .replace(/\n$/u, "")
    .split("\n")
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_CHARACTERS)), 0);
}
