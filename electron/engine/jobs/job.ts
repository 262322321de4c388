// Entry of a job process: takes one request, works, sends its end, and exits.
import os from "node:os";
import { failure } from "../../contract/failure";
import { HEARTBEAT_INTERVAL_MS } from "../../contract/heartbeat";
import { ToJob, type FromJob } from "../../contract/jobs";
import { endOnDefects } from "../../files/endOnDefects";
import { parentChannel } from "../parentChannel";
import { toFailure } from "./JobError";
import { loadNativeAddon } from "./nativeAddon";
import { runRequest } from "./runRequest";

/** Chat has the processor first (niceness, or its likeness on Windows). */
const PRIORITY = os.constants.priority.PRIORITY_BELOW_NORMAL;

const parent = parentChannel<FromJob>();
const send = (message: FromJob) => parent.post(message);
endOnDefects((reason) => send({ kind: "failed", failure: failure("job-crashed", undefined, reason) }));

async function run(data: unknown): Promise<void> {
  const message = ToJob.safeParse(data);
  if (!message.success) {
    send({ kind: "failed", failure: { code: "request-invalid", cause: message.error.message.slice(0, 4000) } });
    return;
  }
  try {
    os.setPriority(PRIORITY);
  } catch {
    // Not allowed here: the job is only less polite.
  }
  try {
    const { appFolder, request } = message.data;
    const result = await runRequest(
      () => loadNativeAddon(appFolder),
      request,
      (progress) => send({ kind: "progress", progress }),
    );
    send({ kind: "done", result });
  } catch (error) {
    send({ kind: "failed", failure: toFailure(error) });
  }
}

setInterval(() => send({ kind: "heartbeat" }), HEARTBEAT_INTERVAL_MS);

// The parent kills this process when it has the end, or wants no more of it.
let isGiven = false;
parent.onMessage((data) => {
  if (isGiven) return;
  isGiven = true;
  void run(data);
});
