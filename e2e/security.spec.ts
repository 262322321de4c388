// Electron's security checklist, item by item, on the running app: each way out is tried from the page and is closed.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { methods } from "../electron/contract/methods";
import { IS_ROOT, type FacetApp } from "./FacetApp";
import { expect, sharedApp, test } from "./test";

/** What a refused request, a policy or a blocked navigation writes on the console: expected here, and only here. */
const REFUSALS =
  /Content Security Policy|Refused to|violates the following|ERR_BLOCKED_BY_CLIENT|ERR_FAILED|ERR_ABORTED|Not allowed to (load|navigate)|Failed to (load|fetch)|URL scheme .* is not supported|Permission|getUserMedia/i;

test.describe("Electron's security checklist", () => {
  let app: FacetApp;

  // Each test gets the page anew, which is all that it may change.
  const shared = sharedApp(() => ({ starterModel: false, env: NO_NETWORK }), REFUSALS);
  test.beforeEach(async () => {
    app = shared();
    await app.window.reload();
  });

  test("1, 7, 18: the page comes from the app's own scheme under a strict policy", async () => {
    const page = await app.window.evaluate(async () => {
      const answer = await fetch(location.href);
      return {
        origin: location.origin,
        policy: answer.headers.get("content-security-policy"),
        sniff: answer.headers.get("x-content-type-options"),
      };
    });
    expect(page.origin).toBe("app://facet");
    expect(page.sniff).toBe("nosniff");
    const policy = page.policy ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(directive(policy, "script-src")).not.toMatch(/unsafe|https?:|\*|data:|blob:/);
    expect(directive(policy, "img-src")).not.toMatch(/https?:|\*/);
    expect(directive(policy, "connect-src")).not.toMatch(/https?:|\*/);
    for (const closed of ["object-src", "base-uri", "form-action", "frame-ancestors"])
      expect(directive(policy, closed)).toBe("'none'");
  });

  test("1: nothing leaves the page: no request reaches a server on this machine or is even tried", async () => {
    await withCountingServer(async (address, hits) => {
      const outcomes = await app.window.evaluate(async (url) => {
        const tries: Record<string, string> = {};
        const attempt = async (name: string, run: () => Promise<unknown>) => {
          tries[name] = await run().then(
            () => "went through",
            () => "refused",
          );
        };
        await attempt("fetch", () => fetch(url));
        await attempt("fetch no-cors", () => fetch(url, { mode: "no-cors" }));
        await attempt("fetch file", () => fetch("file:///etc/passwd"));
        await attempt(
          "image",
          () =>
            new Promise((resolve, reject) => {
              const image = new Image();
              image.onload = resolve;
              image.onerror = reject;
              image.src = `${url}/x.png`;
            }),
        );
        await attempt(
          "websocket",
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket(url.replace("http", "ws"));
              socket.onopen = resolve;
              socket.onerror = reject;
            }),
        );
        await attempt(
          "style",
          () =>
            new Promise((resolve, reject) => {
              const link = document.createElement("link");
              link.rel = "stylesheet";
              link.href = `${url}/x.css`;
              link.onload = resolve;
              link.onerror = reject;
              document.head.append(link);
            }),
        );
        await attempt("dynamic import", () => import(/* @vite-ignore */ `${url}/x.js`));
        return tries;
      }, address);
      expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map((name) => [name, "refused"])));
      expect(Object.keys(outcomes)).toHaveLength(7);
      await app.window.evaluate((url) => navigator.sendBeacon(url, "x"), address);
      expect(hits()).toBe(0);
    });
  });

  test("2, 3, 4, 6, 8–11: no Node in the page, isolated, sandboxed, no option loosened", async () => {
    const page = await app.window.evaluate(() => ({
      require: typeof Reflect.get(window, "require"),
      process: typeof Reflect.get(window, "process"),
      module: typeof Reflect.get(window, "module"),
      buffer: typeof Reflect.get(window, "Buffer"),
      electron: typeof Reflect.get(window, "electron"),
    }));
    expect(page).toEqual({
      require: "undefined",
      process: "undefined",
      module: "undefined",
      buffer: "undefined",
      electron: "undefined",
    });

    const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const contents = window?.webContents;
      // Electron gives the options a window really has only by this undocumented method; its absence fails the test.
      const read: unknown = contents && Reflect.get(contents, "getLastWebPreferences");
      return typeof read === "function" ? JSON.parse(JSON.stringify(read.call(contents))) : null;
    });
    expect(preferences).toMatchObject({
      nodeIntegration: false,
      contextIsolation: true,
      sandbox: true,
      webviewTag: false,
    });
    expect(preferences.nodeIntegrationInWorker ?? false).toBe(false);
    expect(preferences.nodeIntegrationInSubFrames ?? false).toBe(false);
    expect(preferences.webSecurity ?? true).toBe(true);
    expect(preferences.allowRunningInsecureContent ?? false).toBe(false);
    expect(preferences.experimentalFeatures ?? false).toBe(false);
    expect(preferences.enableBlinkFeatures ?? "").toBe("");
  });

  test("4: the window's process is sandboxed", async () => {
    test.skip(IS_ROOT, "Chromium's sandbox cannot work as root; run the tests as an ordinary user to check it");
    const sandboxed = await app.electron.evaluate(({ app: electronApp }) =>
      electronApp
        .getAppMetrics()
        .filter((one) => one.type === "Tab")
        .map((one) => one.sandboxed ?? null),
    );
    const flags = await app.electron.evaluate(({ app: electronApp }) =>
      electronApp.commandLine.hasSwitch("no-sandbox"),
    );
    expect(flags).toBe(false);
    expect(sandboxed).not.toContain(false);
  });

  test("5: every permission is refused", async () => {
    const outcomes = await app.window.evaluate(async () => {
      const results: Record<string, string> = {};
      const names = [
        "geolocation",
        "notifications",
        "camera",
        "microphone",
        "midi",
        "persistent-storage",
        "clipboard-read",
      ];
      for (const name of names) {
        results[name] = await navigator.permissions.query({ name: name as PermissionName }).then(
          (status) => status.state,
          () => "unknown",
        );
      }
      results["getUserMedia"] = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => "granted",
        (error: Error) => error.name,
      );
      results["getDisplayMedia"] = await navigator.mediaDevices.getDisplayMedia({ video: true }).then(
        () => "granted",
        (error: Error) => error.name,
      );
      results["position"] = await new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve("granted"),
          () => resolve("refused"),
          { timeout: 3_000 },
        );
      });
      results["notification"] = await Notification.requestPermission();
      return results;
    });
    for (const [name, outcome] of Object.entries(outcomes)) expect(outcome, name).not.toBe("granted");
  });

  test("7: an injected inline script, handler and eval do not run", async () => {
    const ran = await app.window.evaluate(() => {
      const marks: string[] = [];
      Reflect.set(window, "mark", (name: string) => marks.push(name));
      const script = document.createElement("script");
      script.textContent = "window.mark('inline script')";
      document.body.append(script);
      const holder = document.createElement("div");
      holder.innerHTML =
        "<button onclick=\"window.mark('handler')\">x</button><svg onload=\"window.mark('svg')\"></svg><img src=x onerror=\"window.mark('onerror')\"><a href=\"javascript:window.mark('link')\">y</a>";
      document.body.append(holder);
      holder.querySelector("button")?.click();
      holder.querySelector("a")?.click();
      const frame = document.createElement("iframe");
      frame.srcdoc = "<script>parent.mark('srcdoc')</script>";
      document.body.append(frame);
      return new Promise<string[]>((resolve) => setTimeout(() => resolve(marks), 500));
    });
    expect(ran).toEqual([]);
    const others = await app.window.evaluate(async () => ({
      // From a timer: code that the debugger itself evaluates is exempt from the policy.
      evaluated: await new Promise<string>((resolve) =>
        setTimeout(() => {
          try {
            resolve(String(Reflect.get(window, "eval").call(window, "'ran'")));
          } catch {
            resolve("refused");
          }
        }),
      ),
      worker: await new Promise<string>((resolve) => {
        try {
          const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])));
          worker.onmessage = () => resolve("ran");
          worker.onerror = () => resolve("refused");
        } catch {
          resolve("refused");
        }
      }),
    }));
    expect(others).toEqual({ evaluated: "refused", worker: "refused" });
  });

  test("11, 12: a webview does nothing", async () => {
    const guests = await app.window.evaluate(() => {
      const view = document.createElement("webview");
      view.setAttribute("src", "https://example.com");
      view.setAttribute("nodeintegration", "");
      document.body.append(view);
      return new Promise<string>((resolve) =>
        setTimeout(() => resolve(typeof Reflect.get(view, "getWebContentsId")), 300),
      );
    });
    expect(guests).toBe("undefined");
    expect(await app.electron.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
  });

  test("13: the page cannot be led elsewhere", async () => {
    const before = app.window.url();
    for (const target of [
      "https://example.com/",
      "http://127.0.0.1:9/",
      "file:///etc/passwd",
      "data:text/html,x",
      "app://elsewhere/index.html",
      "app://facet.evil/index.html",
    ]) {
      await app.window
        .evaluate((url) => {
          location.href = url;
          return new Promise((resolve) => setTimeout(resolve, 150));
        }, target)
        .catch(() => undefined);
      expect(app.window.url(), target).toBe(before);
    }
    await app.window.evaluate(() => {
      const form = document.createElement("form");
      form.action = "https://example.com/";
      document.body.append(form);
      form.submit();
      return new Promise((resolve) => setTimeout(resolve, 150));
    });
    expect(app.window.url()).toBe(before);
    expect(await app.window.evaluate(() => document.title.length > 0)).toBe(true);
  });

  test("14: no window can be opened by the page", async () => {
    const opened = await app.window.evaluate(() =>
      [
        window.open("https://example.com/"),
        window.open("about:blank"),
        window.open(location.href),
        window.open("file:///etc/passwd"),
      ].map((one) => one === null),
    );
    expect(opened).toEqual([true, true, true, true]);
    expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test("15: only web and mail links are offered to the browser, after a question", async () => {
    await app.electron.evaluate(({ dialog, shell }) => {
      const seen: { asked: string[]; opened: string[] } = { asked: [], opened: [] };
      Reflect.set(globalThis, "linkProbe", seen);
      const answerNo = (...args: unknown[]) => {
        seen.asked.push(JSON.stringify(args.at(-1)));
        return Promise.resolve({ response: 1, checkboxChecked: false });
      };
      Reflect.set(dialog, "showMessageBox", answerNo);
      Reflect.set(shell, "openExternal", (url: string) => {
        seen.opened.push(url);
        return Promise.resolve();
      });
    });
    const open = (url: string) =>
      app.window.evaluate((address) => window.facet.call["app.openLink"]({ url: address }), url);
    for (const url of [
      "javascript:alert(1)",
      "file:///etc/passwd",
      "data:text/html,x",
      "vbscript:x",
      "ms-settings:",
      "smb://host/share",
      "https://user:secret@example.com\u0000/",
      "not a link",
    ]) {
      await open(url);
    }
    const probe = () =>
      app.electron.evaluate(() => Reflect.get(globalThis, "linkProbe") as { asked: string[]; opened: string[] });
    expect(await probe()).toEqual({ asked: [], opened: [] });
    await open("https://example.com/page");
    const after = await probe();
    expect(after.asked).toHaveLength(1);
    expect(after.asked[0]).toContain("example.com");
    expect(after.opened).toEqual([]);
  });

  test("17: main refuses a caller that is not the app's page, and input that is not in the contract", async () => {
    const bad: [string, unknown][] = [
      ["chats.open", undefined],
      ["chats.open", { chatId: "../../etc" }],
      ["chats.open", { chatId: 7 }],
      ["chats.open", { chatId: "a", more: 1 }],
      ["chats.send", { chatId: "a", text: "" }],
      ["chats.send", { chatId: "a", text: "x".repeat(1_048_577) }],
      ["settings.save", { theme: "pink" }],
      ["settings.save", { __proto__: null, theme: ["dark"] }],
      ["chats.rename", { chatId: "a", title: "" }],
      ["chats.search", { query: "x".repeat(501) }],
      ["app.snapshot", { extra: true }],
      ["models.load", { modelId: "/etc/passwd" }],
    ];
    for (const [name, input] of bad) {
      const outcome = await app.window.evaluate(
        ([method, value]) =>
          (
            window.facet.call as unknown as Record<
              string,
              (input: unknown) => Promise<{ ok: boolean; failure?: { code: string } }>
            >
          )[method as string]!(value),
        [name, input],
      );
      expect(outcome, name).toMatchObject({ ok: false, failure: { code: "request-invalid" } });
    }
    // The window is alive and well after all that.
    expect(await app.window.evaluate(async () => (await window.facet.call["app.snapshot"](undefined)).ok)).toBe(true);
  });

  // 16: package.json names the current Electron. 19: the fuses are read back from the finished package, npm run test:package.

  test("20: the bridge has exactly the contract's methods and cannot be altered", async () => {
    const bridge = await app.window.evaluate(() => {
      const keys = (value: object) => Object.keys(value).sort();
      const attempt = (run: () => void) => {
        try {
          run();
        } catch {
          // Strict mode throws on frozen objects; either way nothing may have changed.
        }
      };
      const before = window.facet.call["app.snapshot"];
      attempt(() => Reflect.set(window, "facet", {}));
      attempt(() => Reflect.set(window.facet, "call", {}));
      attempt(() => Reflect.set(window.facet.call, "app.snapshot", () => "mine"));
      attempt(() => Reflect.deleteProperty(window.facet.call, "chats.open"));
      return {
        top: keys(window.facet),
        methods: keys(window.facet.call),
        frozen: [Object.isFrozen(window.facet), Object.isFrozen(window.facet.call)],
        same: window.facet.call["app.snapshot"] === before,
      };
    });
    // What is dropped comes with paths, which preload alone may name.
    const pageMethods = Object.keys(methods).filter((name) => name !== "import.dropped");
    expect(bridge).toEqual({
      top: ["call", "importDropped", "on"],
      methods: pageMethods.sort(),
      frozen: [true, true],
      same: true,
    });
  });
});

/** The app may try to fetch its starter model at start; these tests want it to fail at once, without leaving the machine. */
const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

function directive(policy: string, name: string): string {
  return (
    policy
      .split(";")
      .map((part) => part.trim())
      .find((part) => part.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? ""
  );
}

async function withCountingServer(run: (address: string, hits: () => number) => Promise<void>): Promise<void> {
  let count = 0;
  const server = createServer((_request, answer) => {
    count++;
    answer.setHeader("access-control-allow-origin", "*");
    answer.end("x");
  });
  server.on("upgrade", (_request, socket) => {
    count++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await run(`http://127.0.0.1:${port}`, () => count);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
