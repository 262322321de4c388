// The arrow keys of a row, which runs from right to left in some languages. Renderer.

/** 1: towards the end of the row; -1: towards its beginning; null: another key. */
export function rowStep(key: string): -1 | 1 | null {
  if (key !== "ArrowLeft" && key !== "ArrowRight") return null;
  return (key === "ArrowRight") === isRightToLeft() ? -1 : 1;
}

export function isRightToLeft(): boolean {
  return document.documentElement.dir === "rtl";
}
