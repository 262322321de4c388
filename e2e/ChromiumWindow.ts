// The built page in a Chromium of the system's, before the real application in plain Node. Where Electron's own Chromium is old, this is how
// the page is seen in one as new as that of the Electron which package.json asks for. What needs Electron (dialogs, the clipboard, the menu)
// is not there, and answers as a failure.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "@playwright/test";
import { PRELOAD_METHOD, STREAM_PORT_MESSAGE } from "../electron/contract/bridge";
import { events, type EventName } from "../electron/contract/events";
import { methods, windowMethods } from "../electron/contract/methods";
import type { Application } from "../electron/core/createApplication";
import type { SharedEventName } from "../electron/core/EventStream";
import type { Outcome } from "../electron/contract/failure";
import { pageHeaders } from "../electron/faces/window/pageHeaders";
import { resolvePageFile } from "../electron/faces/window/resolvePageFile";
import { IS_ROOT } from "./FacetApp";

const BUILT = path.resolve(".vite");
const METHOD_NAMES = Object.keys(methods).filter((name) => name !== PRELOAD_METHOD);
const EVENT_NAMES = (Object.keys(events) as EventName[]).filter((name) => name !== "menu-command");

/** What preload does, in the page itself; `toMain` and `fromMain` take the place of Electron's IPC. */
interface PageChannel {
  toMain(name: string, input: unknown): Promise<unknown>;
  fromMain(kind: "event" | "token", name: string, value: unknown): void;
}

export class ChromiumWindow {
  readonly page: Page;
  readonly browser: Browser;
  readonly application: Application;
  /** What the page complained about. */
  readonly problems: string[] = [];
  readonly #server: Server;

  private constructor(parts: { page: Page; browser: Browser; application: Application; server: Server }) {
    this.page = parts.page;
    this.browser = parts.browser;
    this.application = parts.application;
    this.#server = parts.server;
  }

  static async open(executablePath: string, dataFolder: string): Promise<ChromiumWindow> {
    const entry = pathToFileURL(path.join(BUILT, "build/application.mjs")).href;
    const { openApplication } = (await import(entry)) as {
      openApplication(folder: string): Promise<Outcome<Application>>;
    };
    const opened = await openApplication(dataFolder);
    if (!opened.ok) throw new Error(opened.failure.code);
    const application = opened.value;
    const server = await servePage();
    const browser = await chromium.launch({ executablePath, chromiumSandbox: !IS_ROOT });
    const page = await browser.newPage({ viewport: { width: 1280, height: 820 }, colorScheme: "light" });
    const window = new ChromiumWindow({ page, browser, application, server });
    page.on("console", (message) => {
      if (message.type() === "error") window.problems.push(message.text());
    });
    page.on("pageerror", (error) => window.problems.push(String(error)));
    await joinPage(page, application);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
    void application.openFirstModel(null);
    await application.start();
    return window;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.#server.close();
    await this.application.close();
  }
}

/** With the window's own paths, types and content security policy. */
async function servePage(): Promise<Server> {
  const root = path.join(BUILT, "renderer");
  const server = createServer((request, response) => {
    const file = resolvePageFile(root, `app://facet${request.url ?? "/"}`);
    const content = file === null ? Promise.reject(new Error()) : readFile(path.join(root, file.relativePath));
    content.then(
      (body) => response.writeHead(200, pageHeaders(file?.mimeType ?? "")).end(body),
      // A browser asks for an icon by itself.
      () => response.writeHead(request.url === "/favicon.ico" ? 204 : 404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Gives the page `window.facet`, as preload does. */
async function joinPage(page: Page, application: Application): Promise<void> {
  const handlers = application.handlers as Readonly<Record<string, (input: unknown) => unknown>>;
  const needsWindow: readonly string[] = windowMethods;
  await page.exposeFunction("facetToMain", async (name: string, input: unknown) => {
    if (name === "app.connectStream") return { ok: true };
    if (needsWindow.includes(name)) return { ok: false, failure: { code: "not-found" } };
    return handlers[name]?.(methods[name as keyof typeof methods].input.parse(input));
  });
  await page.addInitScript(
    ({ methodNames, streamPortMessage }) => {
      const listeners = new Map<string, Set<(value: unknown) => void>>();
      const { facetToMain } = window as unknown as { facetToMain: PageChannel["toMain"] };
      const { port1, port2 } = new MessageChannel();
      const fromMain: PageChannel["fromMain"] = (kind, name, value) => {
        if (kind === "token") port1.postMessage(value);
        else for (const listener of listeners.get(name) ?? []) listener(value);
      };
      const call = Object.fromEntries(
        methodNames.map((name) => [
          name,
          async (input: unknown) => {
            const outcome = await facetToMain(name, input);
            if (name === "app.connectStream") window.postMessage(streamPortMessage, location.origin, [port2]);
            return outcome;
          },
        ]),
      );
      const on = (name: string, listener: (value: unknown) => void) => {
        const group = listeners.get(name) ?? new Set();
        listeners.set(name, group.add(listener));
        return () => group.delete(listener);
      };
      Object.assign(window, { facet: { call, importDropped: async () => null, on }, facetFromMain: fromMain });
    },
    { methodNames: METHOD_NAMES, streamPortMessage: STREAM_PORT_MESSAGE },
  );
  const tell = (...message: Parameters<PageChannel["fromMain"]>) =>
    void page
      .evaluate((told) => {
        (window as unknown as { facetFromMain: PageChannel["fromMain"] }).facetFromMain(...told);
      }, message)
      .catch(() => undefined); // It is closed, or not loaded yet: then it asks for all.
  for (const name of EVENT_NAMES) application.events.on(name as SharedEventName, (value) => tell("event", name, value));
  application.readTokens((message) => tell("token", "", message));
}
