// `npm start [-- model.gguf]`: sets up what is missing, then opens the app with Forge and stays until it is closed.
import type { ChildProcess } from "node:child_process";
import { api } from "@electron-forge/core";
import { setUp } from "./setUp";
import { exitWith } from "./step";
import { hasDisplay, startVirtualDisplay } from "./virtualDisplay";

/** The app writes its last words to disk within this time; then it is killed. */
const QUIT_TIMEOUT_MS = 5_000;

async function start(args: string[]): Promise<void> {
  await setUp();
  if (!hasDisplay()) {
    const { display } = await startVirtualDisplay();
    console.log(
      `· No display here: the window opens on a virtual one (Xvfb, DISPLAY=${display}) and cannot be seen. Ctrl+C ends it.`,
    );
  }
  if (process.platform === "linux" && process.getuid?.() === 0) {
    console.log(
      "· Running as root: Chromium's sandbox cannot work and is off (--no-sandbox). An ordinary user gets it.",
    );
    args = ["--no-sandbox", ...args];
  }
  const app: ChildProcess = await api.start({ dir: process.cwd(), args, interactive: false });
  console.log("✓ Facet is open. Ctrl+C here closes it.");

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    app.kill("SIGTERM");
    setTimeout(() => app.kill("SIGKILL"), QUIT_TIMEOUT_MS).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  app.once("exit", (code, signal) => process.exit(stopping ? 0 : (code ?? (signal ? 1 : 0))));
}

await start(process.argv.slice(2)).catch(exitWith);
