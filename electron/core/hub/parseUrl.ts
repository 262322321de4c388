// A URL, or null where the text is not one. URL.parse would do, but the oldest supported runtime does not have it. Any process.

export function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}
