// The proxy of the settings, taken apart: Chromium's rules know no name and password, which are asked for apart. Pure.
import { parseUrl } from "./parseUrl";

export interface ProxySetting {
  /** "http://proxy.example:3128", without name and password. */
  server: string;
  /** What the proxy asks for; null when none is given. */
  login: { user: string; password: string } | null;
}

/** null for what is no address of a proxy. Name and password may be percent-encoded, as in the variables of the environment. */
export function proxySetting(text: string): ProxySetting | null {
  const url = parseUrl(text);
  if (
    url === null ||
    !["http:", "https:", "socks4:", "socks5:"].includes(url.protocol) ||
    url.hostname === "" ||
    !["", "/"].includes(url.pathname) ||
    url.search !== "" ||
    url.hash !== ""
  )
    return null;
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === null || password === null) return null;
  return { server: `${url.protocol}//${url.host}`, login: user === "" ? null : { user, password } };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
