// Makes a job process: one per job, ended with it. Main process.
import type { ToJob } from "../../contract/jobs";
import type { Log } from "../../core/LogFile";
import type { Fork } from "../../process/Fork";
import { forkUtility } from "./forkUtility";
import { logOutput } from "../logOutput";
import { builtScript } from "./plainFiles";

export function forkJob(log: Log): Fork<ToJob> {
  return (listeners) => {
    const child = forkUtility(builtScript("job.mjs"), [], { serviceName: "Facet job", stdio: "pipe" }, listeners);
    logOutput(child.process, log);
    return child;
  };
}
