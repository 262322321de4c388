// The window's side of code highlighting: loads grammars, feeds the worker, gives up on it when it hangs.
import type { HighlightedLine, HighlightRequest, HighlightResponse } from "./codeKinds";
import { grammarName, loadGrammar } from "./grammars";

/** Compiling a large grammar takes seconds on a busy machine; what takes longer hangs in a regular expression. */
const WORKER_TIMEOUT_MS = 15_000;
/** Longer lines are data, not code. */
const MAX_LINE_CHARACTERS = 2000;
/** Highlighted lines that are kept for blocks which scroll back into view, in characters of code. */
const MAX_CACHE_CHARACTERS = 1_000_000;

/** One code block's conversation with the worker. */
export interface HighlightedBlock {
  /** Lines that follow those sent before. Their colours come later, all at once, through onLines. */
  send(lines: readonly string[]): void;
  close(): void;
}

interface Running {
  readonly worker: Worker;
  readonly loadedGrammars: Set<string>;
  readonly listeners: Map<number, (lines: readonly HighlightedLine[]) => void>;
  waiting: number;
  timer: ReturnType<typeof setTimeout> | null;
}

let running: Running | null = null;
let nextBlockId = 1;

/** null when the language has no grammar. */
export function openBlock(
  language: string,
  onLines: (lines: readonly HighlightedLine[]) => void,
): HighlightedBlock | null {
  const grammar = grammarName(language);
  if (grammar === null) return null;
  const blockId = nextBlockId++;
  const host = (running ??= startWorker());
  host.listeners.set(blockId, onLines);
  let previous: Promise<void> = Promise.resolve();
  return {
    send(lines) {
      const short = lines.map((line) => (line.length > MAX_LINE_CHARACTERS ? "" : line));
      previous = previous.then(() => post(host, blockId, grammar, short));
    },
    close() {
      host.listeners.delete(blockId);
    },
  };
}

async function post(host: Running, blockId: number, grammar: string, lines: readonly string[]): Promise<void> {
  let grammars: string | null = null;
  if (!host.loadedGrammars.has(grammar)) {
    try {
      grammars = await loadGrammar(grammar);
    } catch {
      // The file is missing or unreadable: the code stays plain.
      host.listeners.delete(blockId);
    }
  }
  if (host !== running || !host.listeners.has(blockId)) return;
  host.loadedGrammars.add(grammar);
  const request: HighlightRequest = { blockId, language: grammar, grammars, lines };
  host.worker.postMessage(request);
  host.waiting += 1;
  host.timer ??= setTimeout(() => giveUp(host), WORKER_TIMEOUT_MS);
}

function startWorker(): Running {
  const host: Running = {
    worker: new Worker(new URL("./highlightWorker.ts", import.meta.url), { type: "module" }),
    loadedGrammars: new Set(),
    listeners: new Map(),
    waiting: 0,
    timer: null,
  };
  host.worker.onmessage = (event: MessageEvent<HighlightResponse>) => {
    host.waiting -= 1;
    if (host.timer !== null) clearTimeout(host.timer);
    host.timer = host.waiting > 0 ? setTimeout(() => giveUp(host), WORKER_TIMEOUT_MS) : null;
    host.listeners.get(event.data.blockId)?.(event.data.lines);
  };
  host.worker.onerror = () => giveUp(host);
  return host;
}

/** Blocks that are open keep the colours they have; the next block starts a fresh worker. */
function giveUp(host: Running): void {
  if (host.timer !== null) clearTimeout(host.timer);
  host.worker.terminate();
  host.listeners.clear();
  if (running === host) running = null;
}

const cache = new Map<string, readonly HighlightedLine[]>();
let cachedCharacters = 0;

export function cachedLines(language: string, code: string): readonly HighlightedLine[] | undefined {
  return cache.get(`${language}\n${code}`);
}

/** Keeps the lines of a finished block; the oldest blocks make room. */
export function cacheLines(language: string, code: string, lines: readonly HighlightedLine[]): void {
  const key = `${language}\n${code}`;
  if (cache.has(key)) return;
  cache.set(key, lines);
  cachedCharacters += key.length;
  for (const oldest of cache.keys()) {
    if (cachedCharacters <= MAX_CACHE_CHARACTERS) break;
    cache.delete(oldest);
    cachedCharacters -= oldest.length;
  }
}
