// Text out of a delta file, which may be hostile, in sentences of Facet. Fit process and engine process.

/** Without control characters, and short. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").slice(0, 200);
}
