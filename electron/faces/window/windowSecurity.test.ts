// Every way out of the window is closed: navigation, new windows, webviews, permissions, devices, the network.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { blockNetwork, guardAllContents, openLink, refusePermissions, webPreferences } from "./windowSecurity";

type Guard = (event: { preventDefault(): void; url: string }) => void;
type Decide<Answer> = (answer: Answer) => void;
type Session = Parameters<typeof blockNetwork>[0];
type Window = Parameters<typeof openLink>[0];

interface Contents {
  on(name: string, guard: Guard): void;
  setWindowOpenHandler(handler: () => unknown): void;
}

/** Electron, as far as these doors are concerned. */
const electron = vi.hoisted(() => ({
  onCreated: (_event: unknown, _contents: Contents): void => {},
  answer: 0,
  shown: [] as Record<string, unknown>[],
  opened: [] as string[],
}));
vi.mock("electron", () => ({
  app: {
    on: (_name: string, onCreated: typeof electron.onCreated) => {
      electron.onCreated = onCreated;
    },
  },
  dialog: {
    showMessageBox: async (_window: Window, options: Record<string, unknown>) => {
      electron.shown.push(options);
      return { response: electron.answer };
    },
  },
  shell: {
    openExternal: async (url: string) => {
      electron.opened.push(url);
    },
  },
}));

beforeEach(() => {
  electron.shown = [];
  electron.opened = [];
});

it("the page's preferences are the safe ones, and nothing that weakens them is set", () => {
  expect(webPreferences).toEqual({
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    contextIsolation: true,
    sandbox: true,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  });
});

describe("contents of every kind", () => {
  function guarded() {
    const guards = new Map<string, Guard>();
    let openWindow = (): unknown => null;
    guardAllContents();
    electron.onCreated(
      {},
      {
        on: (name, guard) => guards.set(name, guard),
        setWindowOpenHandler: (handler) => {
          openWindow = handler;
        },
      },
    );
    return { guards, openWindow };
  }

  function isStopped(name: string, url: string): boolean {
    let stopped = false;
    guarded().guards.get(name)!({
      preventDefault: () => {
        stopped = true;
      },
      url,
    });
    return stopped;
  }

  it.each(["will-navigate", "will-frame-navigate", "will-redirect"])("stay on our page: %s", (name) => {
    for (const url of [
      "https://example.com/",
      "file:///etc/passwd",
      "app://evil/",
      "app://facet.evil/",
      "javascript:1",
      "data:text/html,x",
      "about:blank",
      "",
      "app:facet",
    ]) {
      expect(isStopped(name, url)).toBe(true);
    }
    expect(isStopped(name, "app://facet/index.html")).toBe(false);
  });

  it("hold no webview and open no window", () => {
    expect(isStopped("will-attach-webview", "app://facet/index.html")).toBe(true);
    expect(guarded().openWindow()).toEqual({ action: "deny" });
  });
});

describe("permissions", () => {
  const permissions = [
    "clipboard-read",
    "clipboard-sanitized-write",
    "display-capture",
    "fullscreen",
    "geolocation",
    "idle-detection",
    "media",
    "mediaKeySystem",
    "midi",
    "midiSysex",
    "notifications",
    "pointerLock",
    "keyboardLock",
    "openExternal",
    "speaker-selection",
    "storage-access",
    "top-level-storage-access",
    "window-management",
    "unknown",
    "fileSystem",
    "hid",
    "serial",
    "usb",
    "deprecated-sync-clipboard-read",
  ];

  it("are all refused, asked or checked", () => {
    let request = (_contents: unknown, _permission: string, _decide: Decide<boolean>): void => {};
    let check = (..._asked: unknown[]): unknown => null;
    let device = (): unknown => null;
    let share = (_request: unknown, _decide: Decide<object>): void => {};
    refusePermissions({
      setPermissionRequestHandler: (handler: typeof request) => {
        request = handler;
      },
      setPermissionCheckHandler: (handler: typeof check) => {
        check = handler;
      },
      setDevicePermissionHandler: (handler: typeof device) => {
        device = handler;
      },
      setDisplayMediaRequestHandler: (handler: typeof share) => {
        share = handler;
      },
    } as unknown as Session);
    for (const permission of permissions) {
      const decisions: boolean[] = [];
      request({}, permission, (decision) => decisions.push(decision));
      expect(decisions).toEqual([false]);
      expect(check({}, permission)).toBe(false);
    }
    expect(device()).toBe(false);
    const streams: object[] = [];
    share({}, (stream) => streams.push(stream));
    expect(streams).toEqual([{}]);
  });
});

describe("the network", () => {
  let reported: string[] = [];

  function isCancelled(url: string): boolean {
    let cancelled = false;
    reported = [];
    const onBeforeRequest = (listen: (request: { url: string }, decide: Decide<{ cancel: boolean }>) => void) => {
      listen({ url }, ({ cancel }) => {
        cancelled = cancel;
      });
    };
    blockNetwork({ webRequest: { onBeforeRequest } } as unknown as Session, (address) => reported.push(address));
    return cancelled;
  }

  it.each([
    "https://example.com/",
    "http://127.0.0.1/",
    "ws://example.com/",
    "wss://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "app://evil/x",
    "https://app://facet/",
    "blob:https://example.com/1",
    "data:text/html,x",
    "chrome://gpu",
    "",
  ])("%j is not reached", (url) => {
    expect(isCancelled(url)).toBe(true);
    expect(reported).toEqual([url]);
  });

  it.each(["app://facet/index.html", "app://facet/assets/a.js", "blob:app://facet/1", "data:image/png;base64,x"])(
    "%j is the app itself",
    (url) => {
      expect(isCancelled(url)).toBe(false);
    },
  );
});

describe("a link", () => {
  const window = {} as Window;

  it("is opened after a yes to a dialog that shows it whole", async () => {
    electron.answer = 0;
    await openLink(window, "https://example.com/a?b");
    expect(electron.shown[0]).toMatchObject({ detail: "https://example.com/a?b", defaultId: 1, cancelId: 1 });
    expect(electron.opened).toEqual(["https://example.com/a?b"]);
  });

  it("is asked for once at a time: calls while the dialog is open ask for nothing and open nothing", async () => {
    electron.answer = 0;
    await Promise.all(Array.from({ length: 300 }, (_, index) => openLink(window, `https://example.com/${index}`)));
    expect(electron.shown).toHaveLength(1);
    expect(electron.opened).toEqual(["https://example.com/0"]);
    await openLink(window, "https://example.com/after");
    expect(electron.opened).toHaveLength(2);
  });

  it("stays closed after a no", async () => {
    electron.answer = 1;
    await openLink(window, "https://example.com/");
    expect(electron.opened).toEqual([]);
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "app://facet/", "smb://x", ""])(
    "%j is not even asked for",
    async (address) => {
      await openLink(window, address);
      expect(electron.shown).toEqual([]);
    },
  );
});
