// A process that saves settings of a data folder without a pause, says what it saved last, and ends in the way that it is told: for tests of
// what an end leaves. `savingProcess.ts FOLDER HOW`
import { writeSync } from "node:fs";
import { createApplication } from "../core/createApplication";
import { makeDataFolder } from "../core/openAppData";
import { endProcess } from "../files/endProcess";
import { nodeHost } from "../hosts/node/nodeHost";

const [dataFolder = "", how = ""] = process.argv.slice(2);
const noLog = () => undefined;
const made = makeDataFolder(dataFolder);
if (!made.ok) throw new Error(made.failure.code);
const host = nodeHost({ appFolder: process.cwd(), scriptFolder: dataFolder, dataFolder, engineLog: noLog });
const opened = await createApplication({ host, dataFolder, log: noLog, engineLog: noLog });
if (!opened.ok) throw new Error(opened.failure.code);
const application = opened.value;

let count = 0;
let isClosed = false;
async function close(): Promise<void> {
  await application.close();
  isClosed = true;
}
/** Each is another value; many wait for the disk at once. */
function save(): void {
  count++;
  void application.call("settings.save", { modelId: null, sidebarOpen: count % 2 === 0 });
  void application.call("hub.saveSettings", { endpoint: `http://127.0.0.1:${count}` });
}
const ends: Record<string, () => unknown> = {
  close: () => close().then(() => process.exit(0)),
  "close, then in order": () => close().then(() => endProcess(() => process.exit(0))),
  exit: () => process.exit(0),
  throw: () => {
    throw new Error("a defect");
  },
  signal: () => undefined,
};
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => void endProcess(() => process.exit(0)));

for (let round = 0; round < 200 && !isClosed; round++) {
  for (let more = 0; more < 3; more++) save();
  // Said before the next turn, so that a kill cannot come between.
  writeSync(1, `${count}\n`);
  if (round === 40) ends[how]?.();
  await new Promise((resolve) => setTimeout(resolve, 3));
}
