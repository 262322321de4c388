// What adapters a repository at the hub holds, by its list of files, their configurations and headers; no file is fetched whole.
import type { HubAdapter, HubDeltaFacts } from "../../contract/deltas";
import { fail, failure, succeed, type Failure, type FailureCode, type Outcome } from "../../contract/failure";
import type { ModelFacts } from "../../contract/fitProtocol";
import type { HubFile, RepositoryName, Revision } from "../../contract/hub";
import {
  MAX_PEFT_CONFIG_BYTES,
  MLX_WEIGHTS_FILE,
  PEFT_CONFIG_FILE,
  PEFT_WEIGHTS_FILE,
  readPeftConfig,
} from "../../contract/peftConfig";
import type { Estimator } from "../estimator/Estimator";
import { modelAtHub } from "../estimator/modelAtHub";
import type { HubClient } from "../hub/HubClient";
import { isFileAddress, lastPart } from "../hub/fileAddress";
import { variantsOf } from "../hub/variants";

/** Training leaves checkpoints in folders, each with an adapter of its own: so many configurations are read at most. */
const MAX_CONFIGURATIONS = 12;
const PICKLE_NAME = "adapter_model.bin";
/** The smallest GGUF files of a repository: an adapter is smaller than the models beside it. */
const MAX_HEADERS = 12;
/** Of an adapter: the largest, of rank 512 for a model of 70 billion parameters, have about 50 GB. */
const MAX_WEIGHTS_BYTES = 64_000_000_000;

/** Of a gated repository the hub lists the files to everyone, and gives them to few. */
const OF_THE_ADAPTER: ReadonlySet<FailureCode> = new Set(["hub-answer-too-large", "hub-needs-token", "hub-gated"]);

/** With what the job needs to fetch one. */
export interface FoundAdapter extends HubAdapter {
  file: HubFile;
  /** Of a PEFT adapter, inside the repository. */
  configPath: string | null;
}

export interface HubDeltaFound extends Omit<HubDeltaFacts, "adapters"> {
  adapters: FoundAdapter[];
}

/** At its newest commit, or at `revision`. Failures: those of the hub, "hub-no-adapter". A configuration that cannot be used is returned with its adapter. */
export async function lookAtHubDelta(
  client: HubClient,
  estimator: Pick<Estimator, "describe">,
  repository: RepositoryName,
  signal: AbortSignal,
  revision: Revision | null = null,
): Promise<Outcome<HubDeltaFound>> {
  const found = await client.repository(repository, signal, revision);
  if (!found.ok) return found;
  const { summary, files } = found.value;
  const peft = await peftAdapters(client, summary.repository, found.value.revision, files, signal);
  if (!peft.ok) return peft;
  const gguf = await ggufAdapters(files, (file) =>
    estimator.describe(
      modelAtHub(client, { repository: summary.repository, revision: found.value.revision, files: [file] }, signal),
    ),
  );
  if (!gguf.ok && peft.value.adapters.length === 0) return gguf;
  const adapters = [...peft.value.adapters, ...(gguf.ok ? gguf.value : [])];
  if (adapters.length === 0) return fail("hub-no-adapter", { repository: summary.repository });
  const isUsable = ({ failure: problem }: HubAdapter) => (problem === null ? 0 : 1);
  return succeed({
    repository: summary.repository,
    revision: found.value.revision,
    licence: summary.licence,
    gate: summary.gate,
    baseModel: found.value.baseModel ?? peft.value.baseModel,
    adapters: adapters.sort((one, other) => isUsable(one) - isUsable(other)),
  });
}

/** The root's first, then by folder. */
async function peftAdapters(
  client: HubClient,
  repository: RepositoryName,
  revision: Revision,
  files: readonly HubFile[],
  signal: AbortSignal,
): Promise<Outcome<{ adapters: FoundAdapter[]; baseModel: string | null }>> {
  const folders = files
    .filter(({ path }) => lastPart(path) === PEFT_CONFIG_FILE)
    .map(({ path }) => path.slice(0, -PEFT_CONFIG_FILE.length));
  folders.sort((one, other) => one.split("/").length - other.split("/").length || (one < other ? -1 : 1));
  const adapters: FoundAdapter[] = [];
  let baseModel: string | null = null;
  for (const folder of folders.slice(0, MAX_CONFIGURATIONS)) {
    const file = [PEFT_WEIGHTS_FILE, MLX_WEIGHTS_FILE, PICKLE_NAME].flatMap(
      (name) => files.find(({ path }) => path === `${folder}${name}`) ?? [],
    )[0];
    const configPath = `${folder}${PEFT_CONFIG_FILE}`;
    if (file === undefined) continue;
    const unusable =
      lastPart(file.path) === PICKLE_NAME ? failure("peft-unsupported", { feature: "pickle" }) : fileFailure(file);
    if (unusable !== null) {
      adapters.push({
        path: file.path,
        form: "peft",
        sizeBytes: file.sizeBytes,
        rank: null,
        failure: unusable,
        file,
        configPath,
      });
      continue;
    }
    const text = await client.smallText(repository, revision, configPath, MAX_PEFT_CONFIG_BYTES, signal);
    if (!text.ok && !OF_THE_ADAPTER.has(text.failure.code)) return text;
    const config = text.ok
      ? readPeftConfig(text.value)
      : text.failure.code === "hub-answer-too-large"
        ? fail("peft-config-invalid", { reason: "too-large" })
        : text;
    if (config.ok) baseModel ??= config.value.baseModel;
    adapters.push({
      path: file.path,
      form: "peft",
      sizeBytes: file.sizeBytes,
      rank: config.ok ? config.value.rank : null,
      failure: config.ok ? null : config.failure,
      file,
      configPath,
    });
  }
  return succeed({ adapters, baseModel });
}

/** By their headers, whatever they are called. Failures: those of the hub. */
async function ggufAdapters(
  files: readonly HubFile[],
  describe: (file: WholeFile) => Promise<Outcome<ModelFacts>>,
): Promise<Outcome<FoundAdapter[]>> {
  const adapters: FoundAdapter[] = [];
  const whole = variantsOf(files).filter(({ obstacle, files: parts }) => obstacle === null && parts.length === 1);
  for (const file of whole.slice(0, MAX_HEADERS).flatMap(({ files: parts }) => parts)) {
    const { path, sizeBytes, sha256 } = file;
    if (sha256 === null || fileFailure(file) !== null) continue;
    const described = await describe({ path, sizeBytes, sha256 });
    if (described.ok && described.value.kind === "adapter") {
      adapters.push({ path, form: "gguf", sizeBytes, rank: null, failure: null, file, configPath: null });
    } else if (!described.ok && described.failure.code.startsWith("hub-")) return described;
  }
  return succeed(adapters);
}

type WholeFile = Parameters<typeof modelAtHub>[1]["files"][number];

function fileFailure(file: HubFile): Failure | null {
  if (!isFileAddress(file.path)) return failure("download-name-refused", { name: file.path.slice(0, 200) });
  if (file.sha256 === null || file.sizeBytes === 0) return failure("download-no-checksum");
  return file.sizeBytes > MAX_WEIGHTS_BYTES ? failure("download-file-too-large") : null;
}
