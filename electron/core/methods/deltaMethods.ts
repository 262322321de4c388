// The methods "deltas.…" of the application.
import path from "node:path";
import type { DeltaForModel } from "../../contract/deltas";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { withMissingDetails } from "../../contract/failureDetails";
import type { ModelId } from "../../contract/ids";
import type { MakeDeltaPreview, MakeDeltaQuestion } from "../../contract/makeDelta";
import { freeBytesIn } from "../../files/room";
import { addAdapterFile, convertAdapterFile, inspectAdapterFile } from "../deltas/adapterFiles";
import { deltaAt } from "../deltas/resolveStack";
import { lookAtHubDelta } from "../deltas/lookAtHubDelta";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function deltaMethods(parts: Parts) {
  const { host, data, deltas, engine, estimator, fileTasks, hub, models } = parts;
  return {
    "deltas.list": () => succeed(deltas.list()),
    async "deltas.forModel"({ modelId }) {
      const found = await deltasForModel(modelId, parts);
      if (!found.ok) return found;
      return succeed({ deltas: found.value, moreThatFit: await countThatFit(modelId, found.value, parts) });
    },
    "deltas.inEngine": () => succeed(engine.deltas),
    "deltas.addPath": ({ path: file, baseId }) => addAdapterFile(file, baseId, parts),
    "deltas.convertFile": (conversion) => convertAdapterFile(conversion, parts),
    "deltas.inspectFile": ({ path: file }) => inspectAdapterFile(file, parts),
    "deltas.found": async () => succeed(await deltas.found()),
    async "deltas.addFound"({ fileName }) {
      const added = await fileTasks.run({ kind: "add-fine-tune", title: fileName, modelId: null }, (run) =>
        deltas.addFound(fileName, run),
      );
      // The user's own decision is no failure.
      return !added.ok && added.failure.code === "request-cancelled" ? succeed(null) : added;
    },
    async "deltas.lookAtHub"({ repository }) {
      const client = hub.client("search");
      if (!client.ok) return client;
      const found = await lookAtHubDelta(client.value, estimator, repository, new AbortController().signal);
      if (!found.ok) return found;
      const { adapters, ...facts } = found.value;
      return succeed({
        ...facts,
        adapters: adapters.map(({ path: file, form, sizeBytes, rank, failure }) => ({
          path: file,
          form,
          sizeBytes,
          rank,
          failure,
        })),
      });
    },
    "deltas.details"({ deltaId }) {
      const found = deltas.find(deltaId);
      if (found === null) return fail("not-found");
      return estimator.describeDelta(found.path);
    },
    "deltas.use": ({ deltaId }) => data.chats.chatsUsingDelta(deltaId),
    "deltas.previewMake": (question) => previewMake(question, parts),
    "deltas.place": ({ deltaId, beforeId }) => deltas.place(deltaId, beforeId),
    "deltas.rename": ({ deltaId, name }) => deltas.rename(deltaId, name),
    "deltas.delete": ({ deltaId }) => deltas.delete(deltaId, (file) => host.moveToTrash(file)),
    async "deltas.exportTo"({ deltaId, path: file, compact, replaces }) {
      const title = deltas.find(deltaId)?.delta.name ?? path.basename(file);
      const exported = await fileTasks.run({ kind: "write-fine-tune", title, modelId: null }, (run) =>
        deltas.exportTo(deltaId, { target: file, compact, replaces }, run),
      );
      return exported.ok ? succeed(path.basename(file)) : exported;
    },
    async "deltas.commandLine"({ deltaId, modelId }) {
      const delta = deltas.find(deltaId);
      const model = await models.find(modelId);
      if (delta === null || model === null) return fail("not-found");
      return succeed(`llama-cli -m ${quoted(model.path)} --lora ${quoted(delta.path)}`);
    },
  } satisfies Partial<CoreHandlers>;
}

async function previewMake(
  { baseId, fineTuneId }: MakeDeltaQuestion,
  { data, dataFolder, estimator, models }: Parts,
): Promise<Outcome<MakeDeltaPreview>> {
  const [base, fineTune] = [await models.find(baseId), await models.find(fineTuneId)];
  if (base === null || fineTune === null) return fail("not-found");
  if (baseId === fineTuneId) return fail("pair-equal");
  const pair = await estimator.previewPair(base.path, fineTune.path);
  if (pair.ok)
    return succeed({
      ...pair.value,
      diskFreeBytes: await freeBytesIn(dataFolder).catch(() => null),
      speeds: data.makingSpeeds.all,
    });
  const { failure } = pair;
  const isBase = failure.code === "pair-quantized" && failure.details?.which === "base";
  return { ok: false, failure: withMissingDetails(failure, { file: (isBase ? base : fineTune).model.fileName }) };
}

/** Those that fit first, then by name. */
async function deltasForModel(
  modelId: ModelId,
  { deltas, models, deltaMatcher }: Parts,
): Promise<Outcome<DeltaForModel[]>> {
  const model = await models.find(modelId);
  if (model === null) return fail("not-found");
  const all = deltas.list();
  const readable = all.flatMap(({ id, failure }) => {
    const file = failure === null || failure.code === "delta-crashed-last-time" ? deltas.find(id) : null;
    return file === null ? [] : [deltaAt(file)];
  });
  const matches = await deltaMatcher.match(model.paths, readable);
  if (!matches.ok) return matches;
  const byId = new Map(matches.value.map((match) => [match.deltaId, match]));
  const found = all.map((delta): DeltaForModel => {
    const match = byId.get(delta.id);
    if (match === undefined) return { delta, match: "refused", failure: delta.failure };
    return {
      delta,
      match: match.match,
      failure: match.failure && withMissingDetails(match.failure, { delta: delta.name }),
    };
  });
  const order = (match: DeltaForModel["match"]) => ["fits", "shapes-fit", "refused"].indexOf(match);
  return succeed(
    found.sort((one, other) => order(one.match) - order(other.match) || one.delta.name.localeCompare(other.delta.name)),
  );
}

/** Beside the model that is loaded now, by the estimator's numbers; null for another one, or where memory is not known. */
async function countThatFit(
  modelId: ModelId,
  found: readonly DeltaForModel[],
  { estimator, loads, engine }: Parts,
): Promise<number | null> {
  const isLoaded = engine.loaded?.modelId === modelId;
  const sizes = found.filter(({ match }) => match !== "refused").map(({ delta }) => delta.facts.weightsBytes);
  const meanBytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  if (!isLoaded || !(meanBytes > 0)) return null;
  const roomBytes = loads.roomForDeltas(modelId, await estimator.machine(), engine.deltas);
  return roomBytes === null ? null : Math.floor(roomBytes / meanBytes);
}

/** For a shell: POSIX quoting, and cmd's on Windows. */
function quoted(file: string): string {
  if (/^[\w@%+=:,./\\-]+$/u.test(file)) return file;
  return process.platform === "win32" ? `"${file}"` : `'${file.replaceAll("'", `'\\''`)}'`;
}
