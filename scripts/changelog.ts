// CHANGELOG.md: a heading for each version, newest first, with what changed below it. Pure.

/** What is below the heading of a version, trimmed; null where there is none. */
export function changesOf(changelog: string, version: string): string | null {
  const lines = changelog.split("\n");
  const start = lines.findIndex((line) => line.trim() === `## ${version}`);
  if (start === -1) return null;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith("## "));
  return (end === -1 ? rest : rest.slice(0, end)).join("\n").trim();
}
