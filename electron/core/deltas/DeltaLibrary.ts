// The deltas on this computer: files in a folder of Facet's own, named by their content, and what is remembered of each.
//
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { isScaleOf } from "../../contract/deltaKinds";
import {
  DeltaFacts,
  DeltaName,
  DeltaOrigin,
  FoundDelta,
  HUE_COUNT,
  Hue,
  MAX_DELTA_NAME_CHARACTERS,
  type Delta,
  type NamedStack,
  type Stack,
} from "../../contract/deltas";
import type { DeltaToApply } from "../../contract/engineProtocol";
import { fail, failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import { withDetails, withMissingDetails } from "../../contract/failureDetails";
import { DeltaId } from "../../contract/ids";
import { replaceFile } from "../../files/placeFile";
import { requireRoom } from "../../files/room";
import { saveFailure } from "../fileFailure";
import type { JsonFile } from "../JsonFile";
import { entry, fields, list, type ValueOf } from "../storedShape";
import { modelFileProblem } from "../modelFileProblem";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { writeExport } from "../writeExport";
import { syncFolder } from "../../files/syncFolder";
import { copyHashing, hashOf, linkHashing, type CopyRun } from "./copyHashing";
import type { CrashNote } from "../CrashNote";

const KnownDelta = z.strictObject({
  id: DeltaId,
  name: DeltaName,
  hue: Hue,
  sizeBytes: z.number(),
  origin: DeltaOrigin,
  createdAtMs: z.number(),
  facts: DeltaFacts,
  /** The engine died while it brought this one into memory; until the user chooses it again. */
  crashed: z.boolean(),
  /** Files of the folder in the compact form that it was expanded from: they stay there, and are not offered again. */
  compactFiles: z.array(FoundDelta).optional(),
});
type KnownDelta = z.infer<typeof KnownDelta>;

/** deltas.json, in the header's order: oldest first, unless a user ordered them. */
export const DeltaList = fields({ deltas: list(entry(KnownDelta), "id") });
export type DeltaList = ValueOf<typeof DeltaList>;

/** A delta and the path of its file: known to main and the engine, never to the window. */
export interface DeltaFile {
  delta: Delta;
  path: string;
}

export interface DeltaLibraryOptions {
  folder: string;
  list: JsonFile<DeltaList>;
  loading: CrashNote<DeltaId>;
  /** Reads the header of a file that nobody has checked yet; in a process that may die of it. */
  look: (path: string) => Promise<Outcome<unknown>>;
  /** Reads all of a file that nobody has checked yet; in a process that may die of it. */
  inspect: (path: string) => Promise<Outcome<DeltaFacts>>;
  /** Writes a 1-bit delta in its compact form, or expands it to the one that llama.cpp loads. */
  changeForm: (source: string, target: string, compact: boolean) => Promise<Outcome<undefined>>;
  now: () => number;
  onChanged: (deltas: Delta[]) => void;
  unfinished?: UnfinishedFiles;
}

/** Ends the name of a file that is still being copied. */
const UNFINISHED_SUFFIX = ".part";
/** A delta's file: the beginning of its SHA-256. */
const KEPT_FILE = /^[0-9a-f]{32}\.gguf$/u;

export class DeltaLibrary {
  readonly #options: DeltaLibraryOptions;
  readonly #unfinished: UnfinishedFiles;

  constructor(options: DeltaLibraryOptions) {
    this.#options = options;
    this.#unfinished = options.unfinished ?? UnfinishedFiles.withoutFile();
  }

  /** Once at start: remembers what the last run died of. */
  recover(): void {
    this.crashed(this.#options.loading.read());
  }

  /** Files in the folder that are in no list: put there by hand, or of a list that was damaged. By name. */
  async found(): Promise<FoundDelta[]> {
    const { folder } = this.#options;
    const { deltas } = this.#options.list.value;
    const listed = new Set(deltas.map(({ id }) => `${id}.gguf`));
    const expanded = deltas.flatMap(({ compactFiles = [] }) => compactFiles);
    const found: FoundDelta[] = [];
    for (const fileName of await readdir(folder).catch(() => [])) {
      if (!/\.gguf$/iu.test(fileName) || listed.has(fileName)) continue;
      const facts = await stat(path.join(folder, fileName)).catch(() => null);
      const isExpanded = expanded.some((file) => file.fileName === fileName && file.sizeBytes === facts?.size);
      if (facts?.isFile() === true && !isExpanded) found.push({ fileName, sizeBytes: facts.size });
    }
    return found.sort((one, other) => one.fileName.localeCompare(other.fileName));
  }

  /**
   * Takes a file that `found` names into the library; it stays where it is and gets the name that its content has. One in the
   * compact form stays what it is, and the expanded one is added. Failures: "not-found", "delta-already-here", those of `inspect`
   * and `changeForm`, "model-unreadable", "disk-full", "save-failed", "request-cancelled".
   */
  async addFound(fileName: string, run: CopyRun): Promise<Outcome<Delta>> {
    if (!(await this.found()).some((found) => found.fileName === fileName)) return fail("not-found");
    const { folder, inspect } = this.#options;
    const file = path.join(folder, fileName);
    const origin: DeltaOrigin = { kind: "file", fileName };
    try {
      const hashed = await hashOf(file, run);
      if (!hashed.ok) return { ok: false, failure: withDetails(hashed.failure, { file: fileName }) };
      const id = DeltaId.parse(hashed.value.sha256.slice(0, 32));
      if (this.#known(id) !== undefined && this.#fileFailure(id, hashed.value.sizeBytes) === null)
        return fail("delta-already-here", { file: fileName, delta: (await this.#found(id)).name });
      const facts = await inspect(file);
      if (!facts.ok && facts.failure.code === "delta-compact") {
        const added = await this.#addExpanded(file, origin, {}, run);
        if (added.ok) await this.#rememberCompact(added.value.id, { fileName, sizeBytes: hashed.value.sizeBytes });
        return added;
      }
      if (!facts.ok)
        return {
          ok: false,
          failure: withMissingDetails(facts.failure, { file: fileName, delta: fileName }),
        };
      if (run.signal.aborted) return fail("request-cancelled");
      await this.#place(file, id);
      // A name that says nothing is none.
      const ownName = KEPT_FILE.test(fileName) ? "" : fileName.replace(/\.gguf$/iu, "");
      return await this.#keepNew(id, hashed.value.sizeBytes, facts.value, origin, facts.value.name ?? ownName);
    } catch (error) {
      return { ok: false, failure: saveFailure(error, { folder }) };
    }
  }

  /** The last in the header first: newest first, unless a user ordered them. */
  list(): Delta[] {
    return this.#options.list.value.deltas.map((known) => this.#describe(known)).reverse();
  }

  find(id: DeltaId): DeltaFile | null {
    const known = this.#known(id);
    return known === undefined ? null : { delta: this.#describe(known), path: this.#path(id) };
  }

  /**
   * Looks at a file's header, copies it into the folder and keeps it; one in the compact form is expanded. The same content is kept once: adding
   * it again finds it. Failures: those of `inspect` and `changeForm`, "model-unreadable", "disk-full", "save-failed", "request-cancelled".
   */
  async addFile(
    source: string,
    origin: DeltaOrigin,
    about: { name?: string; licence?: string } = {},
    run?: CopyRun,
  ): Promise<Outcome<Delta>> {
    const { folder } = this.#options;
    const file = about.name ?? path.basename(source);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const problem = await this.#headProblem(source);
      if (problem !== null) return { ok: false, failure: withMissingDetails(problem, { file, delta: file }) };
      await requireRoom(folder, (await stat(source)).size);
    } catch (error) {
      return { ok: false, failure: saveFailure(error, { folder }) };
    }
    return this.#bring(source, origin, about, run, copyHashing);
  }

  /** What can be said of a file before gigabytes are copied. */
  async #headProblem(source: string): Promise<Failure | null> {
    const problem = await modelFileProblem(source);
    if (problem !== null)
      return problem.code === "model-missing" ? { code: "delta-missing", cause: problem.cause } : problem;
    const looked = await this.#options.look(source);
    return looked.ok || looked.failure.code === "delta-compact" ? null : looked.failure;
  }

  async #bring(
    source: string,
    origin: DeltaOrigin,
    about: { name?: string; licence?: string },
    run: CopyRun | undefined,
    bring: typeof copyHashing,
  ): Promise<Outcome<Delta>> {
    const { folder, inspect } = this.#options;
    const part = path.join(folder, `${randomUUID()}${UNFINISHED_SUFFIX}`);
    const file = about.name ?? path.basename(source);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await this.#unfinished.begin(part);
      const copied = await bring(source, part, run);
      if (!copied.ok) return { ok: false, failure: withDetails(copied.failure, { file }) };
      const id = DeltaId.parse(copied.value.sha256.slice(0, 32));
      if (this.#known(id) !== undefined && this.#fileFailure(id, copied.value.sizeBytes) === null)
        return succeed(await this.#found(id));
      // The copy is inspected, so that what was checked is what is used.
      const facts = await inspect(part);
      if (!facts.ok && facts.failure.code === "delta-compact") return await this.#addExpanded(part, origin, about, run);
      if (!facts.ok) return { ok: false, failure: withMissingDetails(facts.failure, { file, delta: file }) };
      if (run?.signal.aborted === true) return fail("request-cancelled");
      await this.#place(part, id);
      const described =
        about.licence === undefined ? facts.value : { ...facts.value, licence: about.licence.slice(0, 60) };
      const name = about.name ?? facts.value.name ?? file.replace(/\.gguf$/iu, "");
      return await this.#keepNew(id, copied.value.sizeBytes, described, origin, name);
    } catch (error) {
      return { ok: false, failure: saveFailure(error, { folder }) };
    } finally {
      await this.#unfinished.discard(part);
    }
  }

  /** One that Facet has made or fetched, and nobody changes any more: added without a copy. */
  addOwnFile(
    source: string,
    origin: DeltaOrigin,
    about: { name?: string; licence?: string } = {},
    run?: CopyRun,
  ): Promise<Outcome<Delta>> {
    return this.#bring(source, origin, about, run, linkHashing);
  }

  /** It comes before the other one in the header, null = last. Failure: "not-found". */
  async place(id: DeltaId, beforeId: DeltaId | null): Promise<Outcome<undefined>> {
    const moved = this.#known(id);
    const others = this.#options.list.value.deltas.filter((known) => known !== moved);
    const index = beforeId === null ? others.length : others.findIndex((known) => known.id === beforeId);
    return moved === undefined || index === -1 ? fail("not-found") : this.#save(others.toSpliced(index, 0, moved));
  }

  async rename(id: DeltaId, name: string): Promise<Outcome<Delta>> {
    if (this.#known(id) === undefined) return fail("not-found");
    const saved = await this.#change(id, { name });
    const renamed = this.find(id);
    if (!saved.ok) return saved;
    return renamed === null ? fail("not-found") : succeed(renamed.delta);
  }

  /** `discard` takes the file away (to the trash). Failure: "delta-not-moved-to-trash", the delta stays then. */
  async delete(id: DeltaId, discard: (path: string) => Promise<void>): Promise<Outcome<undefined>> {
    const found = this.find(id);
    if (found === null) return fail("not-found");
    try {
      if (found.delta.failure?.code !== "delta-missing") await discard(found.path);
    } catch (error) {
      return fail("delta-not-moved-to-trash", { delta: found.delta.name }, error);
    }
    return this.#save(this.#options.list.value.deltas.filter((known) => known.id !== id));
  }

  /**
   * Copies a delta's file to where the user wants it, or writes it there in its compact form; whole or not at all. `replaces`: the user
   * has agreed that what is there now is replaced. Failures: "not-found", "target-exists", "delta-not-one-bit", those of the delta,
   * "disk-full", "save-failed", "request-cancelled".
   */
  async exportTo(
    id: DeltaId,
    { target, compact = false, replaces = false }: { target: string; compact?: boolean; replaces?: boolean },
    run?: CopyRun,
  ): Promise<Outcome<undefined>> {
    const found = this.find(id);
    if (found === null) return fail("not-found");
    const { name, failure: problem, facts, sizeBytes } = found.delta;
    if (problem !== null && problem.code !== "delta-crashed-last-time") return { ok: false, failure: problem };
    if (compact && facts.kind !== "bitdelta") return fail("delta-not-one-bit", { delta: name });
    return writeExport({ target, replaces, sizeBytes, unfinished: this.#unfinished }, async (part) => {
      if (compact) {
        const written = await this.#options.changeForm(found.path, part, true);
        return written.ok && run?.signal.aborted === true ? fail("request-cancelled") : written;
      }
      const copied = await copyHashing(found.path, part, run);
      if (!copied.ok)
        return copied.failure.code === "request-cancelled" ? copied : fail("delta-missing", { delta: name });
      return copied.value.sha256.startsWith(id) ? succeed(undefined) : fail("delta-changed", { delta: name });
    });
  }

  /**
   * What a person chose, with names and hues to remember. Choosing a delta that the engine died of gives it another
   * chance. Failures: "delta-missing", "request-invalid".
   */
  choose(stack: Stack): Outcome<NamedStack> {
    const named: NamedStack = [];
    for (const { deltaId, scale } of stack) {
      const known = this.#known(deltaId);
      if (known === undefined) return fail("delta-missing");
      if (!isScaleOf(known.facts.kind, scale))
        return fail("request-invalid", undefined, "a scale that its kind has not");
      if (known.crashed) void this.#change(deltaId, { crashed: false });
      named.push({ deltaId, scale, name: known.name, hue: known.hue, kind: known.facts.kind });
    }
    return succeed(named);
  }

  // What follows is what the engine's session needs (DeltaFiles).

  /** Failures: "delta-missing", "delta-changed", "delta-crashed-last-time". */
  resolve(stack: NamedStack): Outcome<DeltaToApply[]> {
    const files: DeltaToApply[] = [];
    for (const { deltaId, name, scale } of stack) {
      const found = this.find(deltaId);
      if (found === null) return fail("delta-missing", { delta: name });
      if (found.delta.failure !== null) return { ok: false, failure: found.delta.failure };
      files.push({ deltaId, name, path: found.path, scale });
    }
    return succeed(files);
  }

  noteLoading(deltaIds: readonly DeltaId[]): Promise<void> {
    return this.#options.loading.write(deltaIds);
  }

  clearNote(): void {
    this.#options.loading.clear();
  }

  crashed(deltaIds: readonly DeltaId[]): void {
    // The note stays until the list on the disk says the same.
    const marked = this.#options.list.value.deltas.map((known) =>
      deltaIds.includes(known.id) ? { ...known, crashed: true } : known,
    );
    if (deltaIds.length > 0) void this.#save(marked).then((saved) => saved.ok && this.clearNote());
  }

  async #addExpanded(
    compact: string,
    origin: DeltaOrigin,
    about: { name?: string; licence?: string },
    run?: CopyRun,
  ): Promise<Outcome<Delta>> {
    const whole = path.join(this.#options.folder, `${randomUUID()}${UNFINISHED_SUFFIX}`);
    try {
      await this.#unfinished.begin(whole);
      const expanded = await this.#options.changeForm(compact, whole, false);
      // Its progress was emitted already.
      return expanded.ok ? await this.addOwnFile(whole, origin, about, run && { signal: run.signal }) : expanded;
    } finally {
      await this.#unfinished.discard(whole);
    }
  }

  async #rememberCompact(id: DeltaId, file: FoundDelta): Promise<void> {
    await this.#change(id, { compactFiles: [...(this.#known(id)?.compactFiles ?? []), file] });
  }

  async #found(id: DeltaId): Promise<Delta> {
    await this.#change(id, { crashed: false });
    const found = this.find(id);
    if (found === null) throw new Error("a delta that was just changed is there");
    return found.delta;
  }

  async #keepNew(
    id: DeltaId,
    sizeBytes: number,
    facts: DeltaFacts,
    origin: DeltaOrigin,
    name: string,
  ): Promise<Outcome<Delta>> {
    // One whose file was gone or changed stays itself.
    const former = this.#known(id);
    const known: KnownDelta = {
      id,
      name: former?.name ?? nameFor(name),
      hue: former?.hue ?? this.#leastUsedHue(),
      sizeBytes,
      origin,
      createdAtMs: this.#options.now(),
      facts,
      crashed: false,
      ...(former?.compactFiles && { compactFiles: former.compactFiles }),
    };
    const others = this.#options.list.value.deltas.filter((other) => other.id !== id);
    const saved = await this.#save([...others, known]);
    return saved.ok ? succeed(this.#describe(known)) : saved;
  }

  #change(id: DeltaId, change: Partial<KnownDelta>): Promise<Outcome<undefined>> {
    return this.#save(
      this.#options.list.value.deltas.map((known) => (known.id === id ? { ...known, ...change } : known)),
    );
  }

  async #save(deltas: KnownDelta[]): Promise<Outcome<undefined>> {
    const { list, onChanged } = this.#options;
    const saving = list.save({ deltas });
    onChanged(this.list());
    const saved = await saving;
    return saved.ok ? succeed(undefined) : saved;
  }

  #known(id: DeltaId): KnownDelta | undefined {
    return this.#options.list.value.deltas.find((known) => known.id === id);
  }

  #describe({ crashed, compactFiles: _compactFiles, ...known }: KnownDelta): Delta {
    const problem =
      this.#fileFailure(known.id, known.sizeBytes) ?? (crashed ? failure("delta-crashed-last-time") : null);
    return { ...known, failure: problem === null ? null : withDetails(problem, { delta: known.name }) };
  }

  #fileFailure(id: DeltaId, sizeBytes: number): Failure | null {
    const facts = statSync(this.#path(id), { throwIfNoEntry: false });
    if (facts === undefined) return failure("delta-missing");
    return facts.isFile() && facts.size === sizeBytes ? null : failure("delta-changed");
  }

  #path(id: DeltaId): string {
    return path.join(this.#options.folder, `${id}.gguf`);
  }

  /** The name says which content it has: what has it already is the same, or a damaged copy of it. */
  async #place(part: string, id: DeltaId): Promise<void> {
    await replaceFile(part, this.#path(id));
    await syncFolder(this.#options.folder);
  }

  /** The first of the hues that the fewest deltas have. */
  #leastUsedHue(): number {
    const uses = Array.from({ length: HUE_COUNT }, () => 0);
    for (const { hue } of this.#options.list.value.deltas) uses[hue] = (uses[hue] ?? 0) + 1;
    return uses.indexOf(Math.min(...uses));
  }
}

function nameFor(text: string): string {
  const name = text
    .replaceAll(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, MAX_DELTA_NAME_CHARACTERS)
    .trim();
  return name === "" ? "Fine-tune" : name;
}
