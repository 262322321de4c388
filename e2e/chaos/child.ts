// The application in a process of its own, to be asked, watched and killed: node --import tsx child.ts APPLICATION DATA-FOLDER SCRIPTS APP
import { pathToFileURL } from "node:url";
import { events, type EventName } from "../../electron/contract/events";
import type { Outcome } from "../../electron/contract/failure";
import type { Application } from "../../electron/core/createApplication";
import type { FromApplication, ToApplication } from "./applicationMessages";

const [entry = "", dataFolder = "", scriptFolder = "", appFolder = ""] = process.argv.slice(2);
const NAMES = (Object.keys(events) as EventName[]).filter((name) => name !== "menu-command");
/** Below this nobody would notice. */
const REPORTED_HOLD_MS = 20;

const systemNow = Date.now;
let aheadMs = 0;
Date.now = () => systemNow() + aheadMs;

function send(message: FromApplication): void {
  if (process.connected) process.send?.(message, () => undefined);
}

for (const name of ["uncaughtException", "unhandledRejection"] as const)
  process.on(name, (error: unknown) =>
    send({ kind: "defect", error: error instanceof Error ? (error.stack ?? "") : String(error) }),
  );
// The run is gone, so is its application.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

const { openApplication } = (await import(pathToFileURL(entry).href)) as {
  openApplication(folder: string, scripts: { scriptFolder: string; appFolder: string }): Promise<Outcome<Application>>;
};
const opened = await openApplication(dataFolder, { scriptFolder, appFolder });
send({ kind: "opened", outcome: opened.ok ? { ok: true, value: null } : opened });
if (opened.ok) {
  const application = opened.value;
  const running = new Set<string>();
  for (const name of NAMES)
    application.events.on(name as "chat-changed", (value) => send({ kind: "event", name, value }));
  application.readTokens((message) => send({ kind: "token", message }));
  process.on("message", (message: ToApplication) => {
    if (message.kind === "clock") aheadMs = message.aheadMs;
    else if (message.kind === "close")
      void application.close().then(() => {
        send({ kind: "closed" });
        process.disconnect();
      });
    else {
      running.add(message.name);
      void application.call(message.name, message.input as undefined).then((outcome) => {
        running.delete(message.name);
        send({ kind: "outcome", id: message.id, outcome });
      });
    }
  });
  void application.start();
  watchLoop(running);
}

/** Looks every 5 ms; what the thread computed in between is a stretch, or two short ones in a row. */
function watchLoop(running: ReadonlySet<string>): void {
  let before = cpuMs();
  setInterval(() => {
    const now = cpuMs();
    if (now - before > REPORTED_HOLD_MS) send({ kind: "held", ms: now - before, during: [...running].join(" ") });
    before = cpuMs();
  }, 5).unref();
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
