// A job process as a plain Node child, for tests and measurements: what it writes is shown.
import type { ToJob } from "../contract/jobs";
import { forkNode } from "../hosts/node/forkNode";
import type { Fork } from "../process/Fork";

/** `entry`: electron/engine/jobs/job.ts (needs `execArgv` that loads TypeScript) or the built one. */
export function forkNodeJob(entry: string, execArgv: string[] = []): Fork<ToJob> {
  const outputLog = (_level: string, _event: string, facts?: Readonly<Record<string, unknown>>) =>
    console.error(facts?.["text"]);
  return (listeners) => forkNode(entry, { execArgv, outputLog }, listeners);
}
