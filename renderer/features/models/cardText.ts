// A model card's Markdown without what a reader has no use for: front matter, HTML tags, badges. Renderer.
// It is still hostile text; drawing it safely is the Markdown component's work, this is only for the eye.

/** Cards are read for their first pages; some hold hundreds of pages of results. */
const MAX_CARD_CHARACTERS = 60_000;

export function cardText(readme: string): string {
  const body = readme.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---[ \t]*(?:\r?\n|$)/u, "").slice(0, MAX_CARD_CHARACTERS);
  // Odd pieces are fenced code: left as they are.
  return body
    .split(/(^(?:```|~~~)[\s\S]*?^(?:```|~~~)[ \t]*$)/mu)
    .map((piece, index) => (index % 2 === 1 ? piece : withoutHtml(piece)))
    .join("")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
}

function withoutHtml(text: string): string {
  return text
    .replace(/<!--[\s\S]{0,2000}?-->/gu, "")
    .replace(/<(?:style|script)\b[^<>]{0,500}>[\s\S]{0,2000}?<\/(?:style|script)>/giu, "")
    .replace(/<(?:br|\/p|\/div|\/h[1-6]|\/li|\/tr)\b[^<>]{0,500}>/giu, "\n")
    .replace(/<\/?[a-zA-Z][^<>]{0,2000}>/gu, "")
    .replace(/\[!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)\]\([^)\n]{0,2000}\)/gu, "")
    .replace(/!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)/gu, "");
}
