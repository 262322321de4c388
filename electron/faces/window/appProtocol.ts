// Serves the built page as app://facet/… with its content security policy. Main process.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { protocol, type Session } from "electron";
import { resolvePageFile } from "./resolvePageFile";

/** Opened one by one from nothing. No remote images: a model can be talked into printing an address that carries the chat. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** `root`: the folder of the built page, absolute. */
export function serveApp(session: Session, root: string): void {
  session.protocol.handle("app", async (request) => {
    const file = resolvePageFile(root, request.url);
    if (file === null) return answer(404, "text/plain", "Not found"); // not translated
    try {
      // readFile, not net.fetch(file://): it reads inside the asar, and file:// stays closed.
      return answer(200, file.mimeType, await readFile(path.join(root, file.relativePath)));
    } catch {
      return answer(404, "text/plain", "Not found"); // not translated
    }
  });
}

function answer(status: number, mimeType: string, body: Buffer | string): Response {
  return new Response(typeof body === "string" ? body : new Uint8Array(body), {
    status,
    headers: {
      "Content-Type": mimeType,
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-cache",
    },
  });
}
