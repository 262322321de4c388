// What the hub said of repositories, kept over a restart: one file for each, so that a model's card costs one request or none.
import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { HubFile, HubModel, type RepositoryName, type Revision } from "../../contract/hub";
import { makeFolder } from "../../files/makeFolder";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { writeFileAtomically } from "../writeFileAtomically";
import type { HubModelFacts } from "./readHubAnswer";

/** Repositories with more files than fit in so much are asked for each time. */
const MAX_FILE_CHARACTERS = 256 * 1024;
/** 500 repositories of the usual size are 3 MB. The one that was used least recently goes. */
const MAX_FILES = 500;
/** Of searches: facts that wait for somebody to look at the model. */
const MAX_FACTS_IN_MEMORY = 1000;

const Kept = z.strictObject({
  version: z.literal(1),
  endpoint: z.string(),
  askedAtMs: z.number(),
  facts: HubModel.omit({ variants: true }),
  /** Of the commit that the facts name. */
  files: z.array(HubFile),
});
type Kept = z.infer<typeof Kept>;

export interface KnownFacts {
  facts: HubModelFacts;
  askedAtMs: number;
}

export interface KeptAnswersOptions {
  /** null: nothing is read or written. */
  folder: string | null;
  /** Only reads what is there. */
  isReader?: boolean;
  unfinished?: UnfinishedFiles;
  now: () => number;
}

export class KeptAnswers {
  readonly #options: Required<KeptAnswersOptions>;
  /** By endpoint and the name that was asked for, which may be a former one. */
  readonly #facts = new Map<string, KnownFacts>();
  /** One write after the other, so that the folder is tidied by what is in it. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: KeptAnswersOptions) {
    this.#options = { isReader: false, unfinished: UnfinishedFiles.withoutFile(), ...options };
  }

  static none(): KeptAnswers {
    return new KeptAnswers({ folder: null, now: () => 0 });
  }

  /** What was said last of a repository, and when. */
  async factsOf(endpoint: string, repository: RepositoryName): Promise<KnownFacts | null> {
    return this.#facts.get(keyOf(endpoint, repository)) ?? (await this.#read(endpoint, repository));
  }

  /** Of this commit, which never changes; null when they are not kept. */
  async filesOf(endpoint: string, repository: RepositoryName, revision: Revision): Promise<HubFile[] | null> {
    const kept = await this.#read(endpoint, repository);
    return kept?.facts.revision === revision ? kept.files : null;
  }

  noteFacts(endpoint: string, repository: RepositoryName, facts: HubModelFacts): void {
    const key = keyOf(endpoint, repository);
    this.#facts.delete(key);
    this.#facts.set(key, { facts, askedAtMs: this.#options.now() });
    for (const oldest of this.#facts.keys()) {
      if (this.#facts.size <= MAX_FACTS_IN_MEMORY) break;
      this.#facts.delete(oldest);
    }
  }

  /** With the facts that name the commit, the files are worth keeping on the disk. */
  noteFiles(endpoint: string, repository: RepositoryName, revision: Revision, files: HubFile[]): void {
    const known = this.#facts.get(keyOf(endpoint, repository));
    const { folder, isReader, unfinished } = this.#options;
    if (known === undefined || known.facts.revision !== revision || folder === null || isReader) return;
    const kept: Kept = { version: 1, endpoint, ...known, files };
    const text = JSON.stringify(kept);
    if (text.length > MAX_FILE_CHARACTERS) return;
    this.#next(async () => {
      makeFolder(folder, 0o700);
      await writeFileAtomically(fileOf(folder, endpoint, repository), text, unfinished);
      await tidy(folder);
    });
  }

  /** With another token, the hub says other things. */
  forget(): void {
    this.#facts.clear();
    const { folder, isReader } = this.#options;
    if (folder !== null && !isReader) this.#next(() => rm(folder, { recursive: true, force: true }));
  }

  /** Resolves when nothing is being written any more. */
  settled(): Promise<void> {
    return this.#writing;
  }

  /** A full disk, or one that cannot be written: then the hub is asked each time. */
  #next(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write).catch(() => undefined);
  }

  async #read(endpoint: string, repository: RepositoryName): Promise<Kept | null> {
    const { folder, isReader, now } = this.#options;
    if (folder === null) return null;
    await this.#writing;
    const file = fileOf(folder, endpoint, repository);
    try {
      const kept = Kept.parse(JSON.parse(await readFile(file, "utf8")));
      // A clock that was wrong once must not keep an answer fresh for good.
      if (kept.endpoint !== endpoint || kept.askedAtMs > now()) return null;
      if (!isReader) await utimes(file, new Date(), new Date());
      return kept;
    } catch {
      // None, or not ours to understand: the next answer takes its place.
      return null;
    }
  }
}

function keyOf(endpoint: string, repository: RepositoryName): string {
  return `${endpoint}\n${repository}`;
}

function fileOf(folder: string, endpoint: string, repository: RepositoryName): string {
  const digest = createHash("sha256").update(keyOf(endpoint, repository)).digest("hex");
  return path.join(folder, `${digest.slice(0, 32)}.json`);
}

async function tidy(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{32}\.json$/u.test(name));
  if (names.length <= MAX_FILES) return;
  const files = await Promise.all(
    names.map(async (name) => ({ name, usedMs: (await stat(path.join(folder, name))).mtimeMs })),
  );
  files.sort((a, b) => a.usedMs - b.usedMs);
  for (const { name } of files.slice(0, names.length - MAX_FILES)) await rm(path.join(folder, name), { force: true });
}
