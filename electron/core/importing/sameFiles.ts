// Which installed models are the same file: same size, then same SHA-256, read only where neither name nor note says it. Plain Node.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { z } from "zod";
import { succeed, type Outcome } from "../../contract/failure";
import type { SameFile } from "../../contract/importing";
import { UserFile } from "../../files/UserFile";
import type { JsonFile } from "../JsonFile";
import type { ModelFile } from "../ModelLibrary";
import { entry, table, type ValueOf } from "../storedShape";
import { hashLargeFile } from "./copyLargeFile";
import type { TaskRun } from "./FileTasks";
import { knownSha256 } from "./knownSha256";

/** By path: what a file's content was when it had this size and time. */
export const FileHashes = table(
  entry(z.looseObject({ sizeBytes: z.number(), changedAtMs: z.number(), sha256: z.string() })),
);
export type FileHashes = ValueOf<typeof FileHashes>;
const SAMPLE_BYTES = 64 * 1024;
/** Longer than a disk needs that was asleep. */
const MAX_SAMPLE_MS = 10_000;
/** Far more files than anybody has; beyond that the cache is emptied. */
const MAX_REMEMBERED = 5_000;

export interface SameFiles {
  same: SameFile[];
  /** Models that could be the same as another, and whose content has to be read to know. */
  unread: ModelFile[];
}

interface Identity {
  file: ModelFile;
  /** One per part: the place on the disk, the same for two names of one file. */
  inodes: string;
  /** One per part; null = not known. */
  hashes: string | null;
}

export async function findSameFiles(files: readonly ModelFile[], remembered: FileHashes): Promise<SameFiles> {
  const bySize = new Map<string, ModelFile[]>();
  for (const file of files) {
    if (file.model.sizeBytes === 0 || file.model.failure?.code === "model-missing") continue;
    const key = `${file.model.sizeBytes}/${file.paths.length}`;
    bySize.set(key, [...(bySize.get(key) ?? []), file]);
  }
  const same: SameFile[] = [];
  const unread: ModelFile[] = [];
  for (const group of bySize.values()) {
    if (group.length < 2) continue;
    const identities = await Promise.all(group.map((file) => identify(file, remembered)));
    unread.push(...(await worthReading(identities)));
    for (const one of identities) {
      const twins = identities.filter(
        (other) =>
          other !== one && (other.inodes === one.inodes || (other.hashes !== null && other.hashes === one.hashes)),
      );
      if (twins.length === 0) continue;
      const sharesRoom = twins.some(({ inodes }) => inodes === one.inodes);
      same.push({
        modelId: one.file.model.id,
        sameAs: twins.map(({ file }) => file.model.name),
        freeableBytes: one.file.inModelsFolder && !sharesRoom ? one.file.model.sizeBytes : 0,
      });
    }
  }
  return { same, unread };
}

/** Reads what is unread, so that findSameFiles knows it. What was read before a stop is remembered too. */
export async function readUnread(
  unread: readonly ModelFile[],
  hashes: JsonFile<FileHashes>,
  run: TaskRun,
): Promise<Outcome<undefined>> {
  for (const { model } of unread) run.addTotal(model.sizeBytes);
  for (const { paths } of unread) {
    for (const file of paths) {
      const before = await stat(file).catch(() => null);
      if (before === null) continue;
      const sha256 = await hashLargeFile(file, run);
      const kept = Object.keys(hashes.value).length < MAX_REMEMBERED ? hashes.value : {};
      // A memory that cannot be saved is only read again next time.
      await hashes.save({ ...kept, [file]: { sizeBytes: before.size, changedAtMs: before.mtimeMs, sha256 } });
    }
  }
  return succeed(undefined);
}

/** Of those with an unknown content the ones that look like another at three places; names of one file need no reading. */
async function worthReading(identities: readonly Identity[]): Promise<ModelFile[]> {
  if (identities.every(({ hashes }) => hashes !== null)) return [];
  const looks = await Promise.all(
    identities.map(async (identity) => ({ identity, sample: await sampleOf(identity.file) })),
  );
  return looks
    .filter(
      ({ identity, sample }) =>
        identity.hashes === null &&
        looks.some((other) => other.sample === sample && other.identity.inodes !== identity.inodes),
    )
    .map(({ identity }) => identity.file);
}

/** SHA-256 over the first part's beginning, middle and end. A file that cannot be read is like no other. */
async function sampleOf({ path: file, model }: ModelFile): Promise<string> {
  const opened = await UserFile.open(file, AbortSignal.timeout(MAX_SAMPLE_MS)).catch(() => null);
  if (opened === null) return model.id;
  try {
    const { sizeBytes } = opened;
    const hash = createHash("sha256");
    for (const at of [0, Math.floor(sizeBytes / 2), Math.max(0, sizeBytes - SAMPLE_BYTES)])
      hash.update(await opened.readAt(at, SAMPLE_BYTES));
    return hash.digest("hex");
  } catch {
    return model.id;
  } finally {
    await opened.close();
  }
}

async function identify(file: ModelFile, remembered: FileHashes): Promise<Identity> {
  const inodes: string[] = [];
  const hashes: (string | null)[] = [];
  for (const [index, part] of file.paths.entries()) {
    const facts = await stat(part).catch(() => null);
    inodes.push(facts === null ? part : `${facts.dev}:${facts.ino}`);
    const known = remembered[part];
    const isFresh = facts !== null && known?.sizeBytes === facts.size && known.changedAtMs === facts.mtimeMs;
    hashes.push(isFresh && known ? known.sha256 : await knownSha256(part, index === 0 ? file.realPath : part));
  }
  return { file, inodes: inodes.join(), hashes: hashes.includes(null) ? null : hashes.join() };
}
