// Serves the built page as app://facet/… with its content security policy. Main process.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { protocol, type Session } from "electron";
import { pageHeaders } from "./pageHeaders";
import { resolvePageFile } from "./resolvePageFile";

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
    headers: pageHeaders(mimeType),
  });
}
