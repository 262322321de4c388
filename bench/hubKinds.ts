// hub.kinds_wrong: files offered as models that are not, and models that are hidden, whatever their names; at the hub,
// read by ranges, and on the disk, where Facet names them. FACET_KIND_NAMES, a JSON file of [name, kind] pairs, tries others.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { HubServer } from "../e2e/hub/HubServer";
import { FileKind } from "../electron/contract/fileKind";
import { diskName } from "../electron/core/diskName";
import { describeFile } from "../electron/core/estimator/fitModelOfPaths";
import { modelAtHub } from "../electron/core/estimator/modelAtHub";
import { fetchHttp } from "../electron/core/hub/fetchHttp";
import { hubAddress } from "../electron/core/hub/hubAddress";
import { lastPart } from "../electron/core/hub/fileAddress";
import { HubClient } from "../electron/core/hub/HubClient";
import { findModels } from "../electron/core/importing/findModels";
import { ScanBudget } from "../electron/core/importing/ScanBudget";
import { estimatorInProcess } from "../electron/testing/estimatorInProcess";
import { ggufOfKind, namedKinds } from "../electron/testing/ggufKinds";
import { hubSource } from "../electron/words/hubRequests";
import { modelVariants } from "../electron/words/variantChoice";
import type { Figures } from "./figures";

type NamedKinds = readonly (readonly [name: string, kind: FileKind])[];

const REPOSITORY = "maker/Kinds-GGUF";

export async function hubKinds(): Promise<Figures> {
  const file = process.env["FACET_KIND_NAMES"];
  const names =
    file === undefined
      ? namedKinds
      : z.array(z.tuple([z.string(), FileKind])).parse(JSON.parse(await readFile(file, "utf8")));
  const wrong = await wronglyJudged(names);
  console.log(
    `  ${names.length} names, each at the hub and on the disk${wrong.length === 0 ? "" : `; wrong: ${wrong.join(", ")}`}`,
  );
  return { "hub.kinds_wrong": wrong.length };
}

/** The names that are offered and should not be, or should and are not, and where. */
export async function wronglyJudged(names: NamedKinds): Promise<string[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-kinds-"));
  const hub = await HubServer.start();
  try {
    return [...(await wrongAtHub(names, hub, folder)), ...(await wrongOnDisk(names, folder))];
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true });
  }
}

async function wrongAtHub(names: NamedKinds, hub: HubServer, folder: string): Promise<string[]> {
  hub.add({
    id: REPOSITORY,
    files: names.map(([name, kind], index) => ({ path: name, content: Buffer.from(ggufOfKind(kind, index)) })),
  });
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("the hub's address is refused");
  const client = new HubClient({ http: fetchHttp(fetch), address: address.value, token: async () => null });
  const model = await client.model(REPOSITORY, new AbortController().signal);
  if (!model.ok) throw new Error(model.failure.code);
  const estimator = estimatorInProcess(path.join(folder, "scratch"));
  const kinds = new Map<string, FileKind>();
  for (const variant of model.value.variants) {
    const source = hubSource(model.value, variant);
    const described = source?.kind === "hub" ? await estimator.describe(modelAtHub(client, source)) : null;
    if (described?.ok) kinds.set(variant.id, described.value.kind);
  }
  const offered = modelVariants(model.value.variants, ({ id }) => kinds.get(id) ?? null).filter(
    ({ id, obstacle }) => obstacle === null && kinds.has(id),
  );
  return differences(names, new Set(offered.map(({ id }) => id)), (name) => name, "at the hub");
}

/** Each in a folder of its own, as downloads that have one name are. */
async function wrongOnDisk(names: NamedKinds, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const [index, [name, kind]] of names.entries()) {
    const file = path.join(folder, String(index), diskName(lastPart(name)));
    await mkdir(path.dirname(file));
    await writeFile(file, ggufOfKind(kind, index));
    files.push(file);
  }
  const estimator = estimatorInProcess(path.join(folder, "scratch"));
  const found = await findModels(
    files.map((file) => ({ path: file })),
    null,
    (file) => describeFile(file, estimator),
    new ScanBudget(new AbortController().signal),
  );
  const offered = new Set(found.models.filter(({ failure }) => failure === null).map(({ path: file }) => file));
  return differences(names, offered, (_name, index) => files[index] ?? "", "on the disk");
}

function differences(
  names: NamedKinds,
  offered: ReadonlySet<string>,
  idOf: (name: string, index: number) => string,
  where: string,
): string[] {
  return names.flatMap(([name, kind], index) =>
    offered.has(idOf(name, index)) === (kind === "model") ? [] : [`${name} (${kind}) ${where}`],
  );
}
