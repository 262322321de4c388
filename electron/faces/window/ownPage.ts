// Where the app's own page lives, and how to tell it from any other. Main process, pure.

export const APP_ORIGIN = "app://facet";
export const PAGE_URL = `${APP_ORIGIN}/index.html`;

export function isOwnPage(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  // `origin` of a custom scheme is "null" for URL, so scheme and host are compared.
  return `${url.protocol}//${url.host}` === APP_ORIGIN && url.username === "" && url.password === "";
}
