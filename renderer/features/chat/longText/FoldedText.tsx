// A message's text: a long one as its beginning, until somebody wants to see all of it.
import { useMemo, useRef, type ReactNode } from "react";

import { holdScrollPosition } from "../conversation/scrollRequest";
import { useFold } from "../parts/folds";
import { ChunkedText } from "./ChunkedText";
import styles from "./FoldedText.module.css";
import { foldText } from "./foldText";
import { t } from "../../../../electron/words/language";

/** `foldKey`: see parts/folds.ts. */
export function FoldedText({ foldKey, text }: { readonly foldKey: string; readonly text: string }): ReactNode {
  const beginning = useMemo(() => foldText(text), [text]);
  const [isUnfolded, toggle] = useFold(foldKey);
  const start = useRef<HTMLSpanElement>(null);
  if (beginning === null) return text;

  function press(): void {
    if (!isUnfolded) holdScrollPosition();
    toggle();
    // What was read of it may be thousands of lines further down.
    if (isUnfolded) start.current?.scrollIntoView({ block: "nearest" });
  }

  return (
    <>
      <span ref={start} />
      {isUnfolded ? <ChunkedText text={text} /> : `${beginning} …`}
      <button type="button" className={styles.toggle} aria-expanded={isUnfolded} onClick={press}>
        {isUnfolded
          ? t("Show less")
          : t("{count, plural, one {Show all # character} other {Show all # characters}}", { count: text.length })}
      </button>
    </>
  );
}
