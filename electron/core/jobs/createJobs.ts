// The queue of jobs with the tools that they work with.
import { randomUUID } from "node:crypto";
import { realpath } from "node:fs/promises";
import path from "node:path";
import type { Outcome } from "../../contract/failure";
import { JobId } from "../../contract/jobQueue";
import { dataPaths } from "../dataFolder";
import { MADE_FOLDER } from "../ModelLibrary";
import type { Parts } from "../Parts";
import type { JobOrder } from "./jobOrder";
import { JobQueue, type JobControls, type JobProduct } from "./JobQueue";
import type { JobTools } from "./JobTools";
import { QualityStore } from "./QualityStore";
import { runFetchDelta } from "./runFetchDelta";
import { runMakeDelta } from "./runMakeDelta";
import { runQuality } from "./runQuality";
import { runQuantize } from "./runQuantize";

export interface Jobs {
  queue: JobQueue;
  tools: JobTools;
  /** Goes on with the queue; after the downloads, which jobs wait for. */
  start(): void;
}

type JobParts = Pick<
  Parts,
  | "host"
  | "events"
  | "dataFolder"
  | "modelsFolder"
  | "data"
  | "downloads"
  | "deltas"
  | "estimator"
  | "hub"
  | "models"
  | "log"
>;

export function createJobs(parts: JobParts): Jobs {
  const { host, events, dataFolder, modelsFolder, data, downloads, deltas, estimator, hub, models, log } = parts;
  const tools: JobTools = {
    fork: host.forkJob,
    appFolder: host.appFolder,
    appVersion: host.appVersion,
    madeFolder: path.join(modelsFolder, MADE_FOLDER),
    importanceFolder: path.join(dataFolder, "importance"),
    unfinished: data.unfinished,
    quality: new QualityStore(data.quality),
    downloads,
    deltasFolder: dataPaths(dataFolder).deltas,
    addDelta: (file, origin, about) => deltas.addOwnFile(file, origin, about),
    fetchFolder: dataPaths(dataFolder).fetched,
    hubClient: (use) => hub.client(use),
    estimator,
    findModel: (id) => models.find(id),
    async findFile(file) {
      const real = await realpath(file).catch(() => file);
      return (await models.files()).find(({ realPath }) => realPath === real) ?? null;
    },
    modelsChanged: () => models.changed(),
  };
  const queue = new JobQueue({
    file: data.jobs,
    newId: () => JobId.parse(randomUUID()),
    async run(order, controls) {
      log("info", "job started", { kind: order.kind });
      const outcome = await runOrder(
        order,
        tools,
        order.kind === "make-delta" ? data.makingSpeeds.following(order.start, controls) : controls,
      );
      const refused = outcome.ok ? outcome.value.qualityFailure : outcome.failure;
      log("info", "job ended", {
        kind: order.kind,
        ok: outcome.ok,
        code: refused?.code ?? "",
        cause: refused?.cause ?? "",
      });
      return outcome;
    },
    onChanged: (list) => events.emit("jobs-changed", list),
    onBusy: (isBusy) => host.keepAwake("jobs", isBusy),
    onProblem: (error) =>
      log("error", "job", { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    now: () => performance.now(),
  });
  return {
    queue,
    tools,
    start: () => queue.start(),
  };
}

function runOrder(order: JobOrder, tools: JobTools, controls: JobControls): Promise<Outcome<JobProduct>> {
  switch (order.kind) {
    case "quantize":
      return runQuantize(order, tools, controls);
    case "quality":
      return runQuality(order, tools, controls);
    case "make-delta":
      return runMakeDelta(order, tools, controls);
    case "fetch-delta":
      return runFetchDelta(order, tools, controls);
  }
}
