// Makes a job process: one per job, ended with it. Main process.
import path from "node:path";
import type { ToJob } from "../../contract/jobs";
import type { Log } from "../../core/LogFile";
import type { Fork } from "../../process/Fork";
import { forkUtility } from "./forkUtility";
import { logOutput } from "../logOutput";

const JOB_SCRIPT = path.join(__dirname, "job.mjs");

/** Where native/, resources/ and node_modules/ lie as plain files: beside the archive in the packaged app. */
export const APP_FOLDER = path.join(__dirname, "../..").replace(/app\.asar$/u, "app.asar.unpacked");

export function forkJob(log: Log): Fork<ToJob> {
  return (listeners) => {
    const child = forkUtility(JOB_SCRIPT, [], { serviceName: "Facet job", stdio: "pipe" }, listeners);
    logOutput(child.process, log);
    return child;
  };
}
