// Turns what a user typed into a full-text query that cannot be a syntax error. Any process; pure.

/** More words than this make the search slower and not better. */
const MAX_SEARCH_WORDS = 12;

/**
 * Every word must occur, the last ones may be beginnings. Each is quoted, so FTS5's operators (AND, NEAR, *, ^, :)
 * are plain text. Null = nothing to search for.
 */
export function fullTextQuery(typed: string): string | null {
  const words = searchWords(typed);
  if (words.length === 0) return null;
  return words.map((word) => `"${word.replaceAll('"', '""')}"*`).join(" ");
}

export function searchWords(typed: string): string[] {
  return (
    typed
      .replace(/\0/g, " ")
      .split(/\s+/u)
      // A word without a letter or digit has no token in the index: it would match nothing and hide what does.
      .filter((word) => /[\p{L}\p{N}]/u.test(word))
      .slice(0, MAX_SEARCH_WORDS)
  );
}
