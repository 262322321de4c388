// The job "fetch-delta": an adapter of the hub into the library of deltas; one in PEFT's form is converted for its base.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { MAX_PEFT_CONFIG_BYTES, PEFT_CONFIG_FILE } from "../../contract/peftConfig";
import { fetchFile } from "../downloads/fetchFile";
import { saveFailure } from "../fileFailure";
import { HubFileSource } from "../hub/HubFileSource";
import type { FetchDeltaOrder } from "./jobOrder";
import { CANCELLED, type JobControls, type JobProduct } from "./JobQueue";
import type { JobTools } from "./JobTools";
import { runJob } from "./runJob";

/** After these another try may go better: what was fetched is kept for it. */
const WORTH_A_TRY = /^(?:hub-|download-|job-|disk-|save-|folder-|peft-base-needed|request-cancelled)/u;

/**
 * What was fetched is kept when the app ends, and goes when the user cancels, when the delta is there, or when it is of no use.
 * Failures: those of the hub and of downloads, of converting and of adding.
 */
export async function runFetchDelta(
  order: FetchDeltaOrder,
  tools: JobTools,
  controls: JobControls,
): Promise<Outcome<JobProduct>> {
  const folder = path.join(tools.fetchFolder, fetchKey(order));
  let outcome: Outcome<JobProduct>;
  try {
    outcome = await fetchAndAdd(order, folder, tools, controls);
  } catch (error) {
    outcome = { ok: false, failure: saveFailure(error, { folder: tools.fetchFolder }) };
  }
  const isOver = outcome.ok || controls.signal.reason === CANCELLED || !WORTH_A_TRY.test(outcome.failure.code);
  if (isOver) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  return outcome;
}

/**
 * Removes what was fetched for jobs that are not in the list any more, and nothing else. At the start, before the queue's, and only
 * where the whole list is understood.
 */
export async function removeFetched(fetchFolder: string, orders: readonly FetchDeltaOrder[]): Promise<void> {
  const kept = new Set(orders.map(fetchKey));
  const names = await readdir(fetchFolder).catch(() => []);
  for (const name of names)
    if (FETCH_KEY.test(name) && !kept.has(name))
      await rm(path.join(fetchFolder, name), { recursive: true, force: true });
}

const FETCH_KEY = /^[0-9a-f]{32}$/u;

function fetchKey({ source }: FetchDeltaOrder): string {
  return createHash("sha256")
    .update([source.repository, source.revision, source.path].join("\n"))
    .digest("hex")
    .slice(0, 32);
}

async function fetchAndAdd(
  { start, source }: FetchDeltaOrder,
  folder: string,
  tools: JobTools,
  { signal, onPhase }: JobControls,
): Promise<Outcome<JobProduct>> {
  const { repository, revision, path: weightsPath, sizeBytes, sha256, configPath, name, licence } = source;
  const client = tools.hubClient();
  if (!client.ok) return client;
  const config =
    configPath === null
      ? null
      : await client.value.smallText(repository, revision, configPath, MAX_PEFT_CONFIG_BYTES, signal);
  if (config !== null && !config.ok) return config;
  const fetched = await fetchFile({
    source: new HubFileSource(client.value, { repository, revision, path: weightsPath, sizeBytes, sha256 }),
    file: { sizeBytes, sha256 },
    folder: path.join(folder, "weights"),
    signal,
    onPhase,
  });
  if (!fetched.ok) return fetched;
  const origin = { kind: "hub" as const, repository, revision };
  const about = { name, ...(licence === null ? {} : { licence }) };
  if (config === null) return productOf(await tools.addDelta(fetched.value, origin, about));

  const base = start.baseId === null ? null : await tools.findModel(start.baseId);
  if (base === null) return fail("peft-base-needed");
  const configFile = path.join(folder, PEFT_CONFIG_FILE);
  await writeFile(configFile, config.value);
  return withConverted(
    { weights: fetched.value, config: configFile, base: base.path, name, licence },
    tools,
    { signal, onPhase },
    async (file) => productOf(await tools.addDelta(file, origin, about)),
  );
}

export interface PeftFiles {
  weights: string;
  config: string;
  base: string;
  /** Of the delta, for people. */
  name: string;
  licence: string | null;
}

/** Converts in a job process and hands the result on, for as long as `use` takes. */
export async function withConverted<Value>(
  files: PeftFiles,
  tools: Pick<JobTools, "fork" | "appFolder" | "deltasFolder">,
  controls: JobControls,
  use: (file: string) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const { deltasFolder } = tools;
  // What a crash leaves under this name, the library removes at its start.
  const target = path.join(deltasFolder, `${randomUUID()}.part`);
  try {
    await mkdir(deltasFolder, { recursive: true });
    const converted = await convertPeft(files, target, tools, controls);
    return converted.ok ? await use(target) : converted;
  } finally {
    await rm(target, { force: true }).catch(() => undefined);
  }
}

/** Writes a llama.cpp adapter, in a job process; whole or not at all. */
export async function convertPeft(
  files: PeftFiles,
  target: string,
  { fork, appFolder }: Pick<JobTools, "fork" | "appFolder">,
  { signal, onPhase }: JobControls,
): Promise<Outcome<undefined>> {
  const request = {
    kind: "convert-peft" as const,
    ...files,
    name: files.name.slice(0, 120),
    licence: files.licence?.slice(0, 60) ?? null,
    target,
  };
  const converted = await runJob(
    fork,
    { appFolder, request },
    { signal, onProgress: (progress) => onPhase({ kind: "work", progress }) },
  );
  return converted.ok ? succeed(undefined) : converted;
}

function productOf(added: Awaited<ReturnType<JobTools["addDelta"]>>): Outcome<JobProduct> {
  return added.ok ? succeed({ modelId: null, deltaId: added.value.id, qualityFailure: null }) : added;
}
