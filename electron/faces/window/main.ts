// Entry of the main process: start-up as a list.
import { mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { app, session } from "electron";
import { dataFolder, dataPaths } from "../../core/dataFolder";
import { openLogFile } from "../../core/LogFile";
import { makeDataFolder } from "../../core/openAppData";
import { registerAppScheme, serveApp } from "./appProtocol";
import { modelArgument } from "./modelArgument";
import { OpenedFiles } from "./OpenedFiles";
import { runApp } from "./runApp";
import { blockNetwork, fetchNoDictionaries, guardAllContents, refusePermissions } from "./windowSecurity";

const folder = dataFolder({ env: process.env, platform: process.platform, home: homedir() });
const madeFolder = makeDataFolder(folder);
const paths = dataPaths(folder);

app.setName("Facet");
// Chromium needs a place of its own even when ours cannot be used and the window only says so.
app.setPath("userData", madeFolder.ok ? paths.window : mkdtempSync(path.join(tmpdir(), "facet-window-")));
registerAppScheme();
// Electron forgets the switch that root needs on Linux when it is asked for the sandbox; each window asks for it by itself.
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
guardAllContents();
fetchNoDictionaries();

const openedFile = modelArgument(process.argv, process.cwd());
const openedFiles = new OpenedFiles();
openedFiles.listenTo(app);
if (openedFile !== null) openedFiles.add(openedFile);

if (app.requestSingleInstanceLock({ openedFile })) void start();
else app.quit();

async function start(): Promise<void> {
  const logOf = (name: string) =>
    openLogFile({ file: path.join(paths.logs, `${name}.log`), home: homedir(), now: Date.now });
  const log = logOf("main");
  process.on("uncaughtException", (error) =>
    log("error", "uncaught exception", { error: error.stack ?? error.message }),
  );
  process.on("unhandledRejection", (error) =>
    log("error", "unhandled rejection", { error: error instanceof Error ? (error.stack ?? "") : typeof error }),
  );
  log("info", "start", {
    version: app.getVersion(),
    electron: process.versions["electron"] ?? "",
    platform: process.platform,
  });

  await app.whenReady();
  log("info", "electron is ready", { afterMs: Math.round(performance.now()) });
  const windowSession = session.fromPartition("persist:facet");
  refusePermissions(windowSession);
  blockNetwork(windowSession, (address) => log("warn", "request blocked", { scheme: address.split(":")[0] ?? "" }));
  serveApp(windowSession, path.join(__dirname, "../renderer"));
  await runApp({ folder, madeFolder, windowSession, openedFiles, log, engineLog: logOf("engine") });
}
