// Names of models, answers of hubs and file names are hostile until here: nothing in them may steer the terminal.

/** All controls but the line's end and the tab, and what turns the order of reading round. */
const CONTROLS = /(?![\n\t])\p{Cc}|[\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
// oxlint-disable-next-line no-control-regex -- the two styles that Output gives, and their end
const STYLES = /(\u001B\[(?:1|2|22)m)/u;
const RESET = "\u001B[0m";

/** `keepStyles`: bold and dim stay, and end with each line at the latest. */
export function printable(text: string, keepStyles = false): string {
  if (!keepStyles || !STYLES.test(text)) return text.replaceAll(CONTROLS, "");
  const kept = text
    .split(STYLES)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(CONTROLS, "")))
    .join("");
  return kept.replaceAll("\n", `${RESET}\n`);
}
