// The KV caches of conversations: each belongs to one stack of deltas and is never used under another. What has no room
// in a context any more is kept in a file. Engine process.
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { mkdir, rm, statfs } from "node:fs/promises";
import path from "node:path";
import type { LlamaContext, LlamaContextSequence, Token } from "node-llama-cpp";
import { ENGINE_STATE_FILE } from "../../contract/engineProtocol";
import type { ChatId } from "../../contract/ids";
import { checkpointOptions } from "../checkpoints";
import type { Log } from "../log";

/** Reading fewer tokens again is quicker than a file. */
const MIN_SAVED_TOKENS = 64;
/** A conversation of 8,192 tokens takes 0.2 to 1 GB, depending on the model. */
const MAX_SAVED_BYTES = 4_000_000_000;
const MAX_SAVED_FILES = 32;
/** Left on the disk for everything else. */
const DISK_RESERVE_BYTES = 2_000_000_000;
/** Of what a cache holds, so much must be of use again; with less, another conversation that begins alike would lose its own. */
const MIN_SHARED_PART = 0.5;

export interface Conversation {
  /** Names the stack of deltas: same key, same numbers. */
  stackKey: string;
  chatId: ChatId;
  tokens: readonly Token[];
}

interface Kept {
  stackKey: string;
  chatId: ChatId;
  /** Where it lives now: in a context, or in a file. */
  place:
    | { kind: "live"; sequence: LlamaContextSequence }
    | { kind: "saved"; file: string; sizeBytes: number; tokens: readonly Token[] };
  /** Counts up with each use. */
  usedAt: number;
}

export class KvSequences {
  readonly #folder: string;
  readonly #log: Log;
  #kept: Kept[] = [];
  #uses = 0;
  #files = 0;

  /** `folder` is for its files alone; they go now and at the end. */
  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
    // What an engine that was killed has left.
    this.forgetAll();
  }

  /**
   * A sequence of `context` for a conversation, with what is known of its beginning. It may hold more than that
   * beginning, which the caller takes off. It was evaluated under this stack alone.
   */
  async take(context: LlamaContext, conversation: Conversation): Promise<LlamaContextSequence> {
    const { stackKey, chatId, tokens } = conversation;
    const found = this.#bestFor(conversation, context);
    if (found !== undefined) {
      found.usedAt = ++this.#uses;
      found.chatId = chatId;
      const sequence = found.place.kind === "live" ? found.place.sequence : await this.#restore(found, context);
      if (sequence !== null) return sequence;
    }
    const sequence = await this.#freeSequence(context);
    this.#kept.push({ stackKey, chatId, place: { kind: "live", sequence }, usedAt: ++this.#uses });
    this.#log("debug", `KV cache: a new sequence for ${tokens.length} tokens`);
    return sequence;
  }

  /** Saves all sequences of a context, so that it can be given up. */
  async leave(context: LlamaContext): Promise<void> {
    for (const kept of this.#liveIn(context)) await this.#evict(kept);
  }

  /** Of a chat that was deleted nothing stays. */
  async forgetChat(chatId: ChatId): Promise<void> {
    const forgotten = this.#kept.filter((kept) => kept.chatId === chatId);
    this.#kept = this.#kept.filter((kept) => kept.chatId !== chatId);
    for (const { place } of forgotten) {
      if (place.kind === "saved") await this.#remove(place.file);
      // One that cannot be given back is of no further use, and no reason to keep what else the chat left.
      else
        await Promise.resolve(place.sequence.dispose()).catch((error: unknown) =>
          this.#log("warn", `a KV cache was not given back: ${String(error)}`),
        );
    }
  }

  /** For the end, or before the contexts are given up, which free their sequences themselves. Deletes the files. */
  forgetAll(): void {
    this.#kept = [];
    try {
      if (!existsSync(this.#folder)) return;
      const files = readdirSync(this.#folder).filter((name) => ENGINE_STATE_FILE.test(name));
      for (const name of files) rmSync(path.join(this.#folder, name), { force: true });
      rmdirSync(this.#folder);
    } catch (error) {
      this.#log("warn", `saved KV caches were not removed: ${String(error)}`);
    }
  }

  /** A disk that does not let go of a file must not end the engine; the next start of the app removes what is left. */
  async #remove(file: string): Promise<void> {
    await rm(file, { force: true }).catch((error: unknown) =>
      this.#log("warn", `a saved KV cache was not removed: ${String(error)}`),
    );
  }

  /** Of this stack, what shares most with the conversation and would not be thrown away for little. */
  #bestFor({ stackKey, tokens }: Conversation, context: LlamaContext): Kept | undefined {
    let best: Kept | undefined;
    let bestLength = 0;
    for (const kept of this.#kept) {
      if (kept.stackKey !== stackKey) continue;
      if (kept.place.kind === "live" && (kept.place.sequence.disposed || kept.place.sequence.context !== context))
        continue;
      const held = kept.place.kind === "live" ? kept.place.sequence.contextTokens : kept.place.tokens;
      const shared = sharedLength(held, tokens);
      if (shared > bestLength && shared >= held.length * MIN_SHARED_PART) {
        best = kept;
        bestLength = shared;
      }
    }
    return best;
  }

  async #restore(kept: Kept, context: LlamaContext): Promise<LlamaContextSequence | null> {
    if (kept.place.kind !== "saved") return kept.place.sequence;
    const { file } = kept.place;
    const sequence = await this.#freeSequence(context);
    try {
      const startedMs = performance.now();
      await sequence.loadStateFromFile(file, { acceptRisk: true });
      this.#log(
        "debug",
        `KV cache: ${sequence.nextTokenIndex} tokens read from a file in ${Math.round(performance.now() - startedMs)} ms`,
      );
      kept.place = { kind: "live", sequence };
      return sequence;
    } catch (error) {
      this.#log("warn", `a saved KV cache could not be read: ${String(error)}`);
      this.#kept = this.#kept.filter((other) => other !== kept);
      await sequence.dispose();
      return null;
    } finally {
      await this.#remove(file);
    }
  }

  /** One of the context's own; the least recently used conversation makes room where there is none. */
  async #freeSequence(context: LlamaContext): Promise<LlamaContextSequence> {
    if (context.sequencesLeft === 0) {
      const oldest = this.#liveIn(context).sort((one, other) => one.usedAt - other.usedAt)[0];
      if (oldest !== undefined) await this.#evict(oldest);
    }
    return context.getSequence({ checkpoints: checkpointOptions });
  }

  async #evict(kept: Kept): Promise<void> {
    if (kept.place.kind !== "live") return;
    const { sequence } = kept.place;
    const tokens = sequence.contextTokens;
    const saved = tokens.length < MIN_SAVED_TOKENS ? null : await this.#save(sequence);
    await sequence.dispose();
    if (saved === null) this.#kept = this.#kept.filter((other) => other !== kept);
    else kept.place = { kind: "saved", ...saved, tokens };
    await this.#limitFiles();
  }

  /** Null where it does not fit, or cannot be written. */
  async #save(sequence: LlamaContextSequence): Promise<{ file: string; sizeBytes: number } | null> {
    const file = path.join(this.#folder, `${++this.#files}.kv`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const disk = await statfs(this.#folder);
      // What the whole context could save is more than one sequence of it takes.
      if (disk.bavail * disk.bsize < sequence.context.stateSize + DISK_RESERVE_BYTES) return null;
      const startedMs = performance.now();
      const { fileSize } = await sequence.saveStateToFile(file);
      this.#log(
        "debug",
        `KV cache: ${sequence.nextTokenIndex} tokens written to a file in ${Math.round(performance.now() - startedMs)} ms`,
      );
      return { file, sizeBytes: fileSize };
    } catch (error) {
      this.#log("warn", `a KV cache was not saved: ${String(error)}`);
      await this.#remove(file);
      return null;
    }
  }

  async #limitFiles(): Promise<void> {
    let [count, bytes] = [0, 0];
    for (const kept of this.#kept.toSorted((one, other) => other.usedAt - one.usedAt)) {
      if (kept.place.kind !== "saved") continue;
      count++;
      bytes += kept.place.sizeBytes;
      if (count <= MAX_SAVED_FILES && bytes <= MAX_SAVED_BYTES) continue;
      this.#kept = this.#kept.filter((other) => other !== kept);
      await this.#remove(kept.place.file);
    }
  }

  #liveIn(context: LlamaContext): Kept[] {
    return this.#kept.filter(({ place }) => place.kind === "live" && place.sequence.context === context);
  }
}

export function sharedLength(one: readonly Token[], other: readonly Token[]): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) if (one[index] !== other[index]) return index;
  return length;
}
