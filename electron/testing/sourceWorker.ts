// The worker as it is in the sources, for tests in plain Node.
import { fileURLToPath } from "node:url";
import { WorkerThreads } from "../core/worker/WorkerThreads";

export function sourceWorker(): WorkerThreads {
  return new WorkerThreads(fileURLToPath(new URL("../core/worker/workerThread.ts", import.meta.url)), [
    "--import",
    "tsx",
  ]);
}
