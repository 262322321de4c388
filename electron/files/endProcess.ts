// Ends this process, also while a thread of it hangs in the file system. Any process.
import { setTimeout as sleep } from "node:timers/promises";

/** Node's names for what its threads are busy with: `process.exit` waits for those, however long they take. */
const BUSY_THREAD = /^(?:FSReq|FileHandleCloseReq|GetAddrInfo|GetNameInfo)/u;
const LOOK_MS = 20;

/** Calls `exit` as soon as that ends the process. After `patienceMs` the system ends it, with an exit code of its own. */
export async function endProcess(exit: () => void, patienceMs = 1_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (process.getActiveResourcesInfo().some((name) => BUSY_THREAD.test(name))) {
    if (Date.now() > deadline) process.kill(process.pid, "SIGKILL");
    await sleep(LOOK_MS);
  }
  exit();
}
