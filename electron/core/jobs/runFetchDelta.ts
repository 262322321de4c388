// The job "fetch-delta": an adapter of the hub into the library of deltas; one in PEFT's form is converted for its base.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
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
const WORTH_A_TRY = /^(?:hub-|switched-off|download-|job-|disk-|save-|folder-|peft-base-needed|request-cancelled)/u;

/**
 * What was fetched is kept when the app ends, and goes when the user cancels, when the delta is there, or when it is of no use.
 * Failures: those of the hub and of downloads, of converting and of adding.
 */
export async function runFetchDelta(
  order: FetchDeltaOrder,
  tools: JobTools,
  controls: JobControls,
): Promise<Outcome<JobProduct>> {
  const folder = fetchedFolder(tools.fetchFolder, order);
  let outcome: Outcome<JobProduct>;
  try {
    outcome = await fetchAndAdd(order, folder, tools, controls);
  } catch (error) {
    outcome = { ok: false, failure: saveFailure(error, { folder: tools.fetchFolder }) };
  }
  const isOver = outcome.ok || controls.signal.reason === CANCELLED || !WORTH_A_TRY.test(outcome.failure.code);
  if (isOver) await tools.unfinished.discard(folder);
  return outcome;
}

/** Where a job keeps what it fetches, and goes on with it after the app's end. */
export function fetchedFolder(fetchFolder: string, order: FetchDeltaOrder): string {
  return path.join(fetchFolder, fetchKey(order));
}

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
  const client = tools.hubClient("downloads");
  if (!client.ok) return client;
  const config =
    configPath === null
      ? null
      : await client.value.smallText(repository, revision, configPath, MAX_PEFT_CONFIG_BYTES, signal);
  if (config !== null && !config.ok) return config;
  await tools.unfinished.begin(folder);
  const fetched = await fetchFile({
    source: new HubFileSource(client.value, { repository, revision, path: weightsPath, sizeBytes, sha256 }),
    file: { sizeBytes, sha256 },
    folder: path.join(folder, "weights"),
    unfinished: tools.unfinished,
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
  await tools.unfinished.begin(configFile);
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
  tools: Pick<JobTools, "fork" | "appFolder" | "deltasFolder" | "unfinished">,
  controls: JobControls,
  use: (file: string) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const { deltasFolder, unfinished } = tools;
  const target = path.join(deltasFolder, `${randomUUID()}.part`);
  try {
    await mkdir(deltasFolder, { recursive: true, mode: 0o700 });
    await unfinished.begin(target);
    const converted = await convertPeft(files, target, tools, controls);
    return converted.ok ? await use(target) : converted;
  } finally {
    await unfinished.discard(target);
  }
}

/** Writes a llama.cpp adapter, in a job process; whole or not at all. */
export async function convertPeft(
  files: PeftFiles,
  target: string,
  { fork, appFolder, unfinished }: Pick<JobTools, "fork" | "appFolder" | "unfinished">,
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
    { signal, unfinished, onProgress: (progress) => onPhase({ kind: "work", progress }) },
  );
  return converted.ok ? succeed(undefined) : converted;
}

function productOf(added: Awaited<ReturnType<JobTools["addDelta"]>>): Outcome<JobProduct> {
  return added.ok ? succeed({ modelId: null, deltaId: added.value.id, qualityFailure: null }) : added;
}
