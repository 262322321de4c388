// A virtual display (Xvfb) for Linux machines without a real one. Scripts only.
import { spawn } from "node:child_process";
import { StepError } from "./step";

const SCREEN = "1440x900x24";
const START_TIMEOUT_MS = 10_000;

export function hasDisplay(): boolean {
  return process.platform !== "linux" || Boolean(process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"]);
}

/** Starts Xvfb on a display number that it picks itself and sets DISPLAY. Ends with this process, or when `stop` is called. */
export async function startVirtualDisplay(): Promise<{ display: string; stop: () => void }> {
  const xvfb = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"], {
    // A group of its own: Ctrl+C must reach the app first, the display last.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const stop = () => void xvfb.kill();
  process.once("exit", stop);
  const display = await new Promise<string>((resolve, reject) => {
    const failed = (why: string) =>
      reject(
        new StepError(
          `The virtual display did not start: ${why}. Start one yourself (for example with xvfb-run) and run the same command again.`,
        ),
      );
    const timer = setTimeout(() => failed(`Xvfb said nothing for ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    xvfb.once("error", (error) => failed(error.message));
    xvfb.once("exit", (code) => failed(`Xvfb ended with code ${code}`));
    // Xvfb dies when it cannot finish this line, so the pipe stays open until its end.
    let line = "";
    const pipe = xvfb.stdio[3];
    pipe?.on("data", (text: Buffer) => {
      line += text.toString();
      if (!line.endsWith("\n")) return;
      clearTimeout(timer);
      pipe.destroy();
      resolve(`:${line.trim()}`);
    });
  });
  xvfb.unref();
  process.env["DISPLAY"] = display;
  return { display, stop };
}
