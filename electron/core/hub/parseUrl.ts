// A URL, or null where the text is none. URL.parse would do, but the oldest supported runtime has it not. Any process.

export function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}
