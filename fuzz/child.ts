// A process that tries inputs of one kind: child.ts KIND FOLDER. It says what came of each, and dies of what would end the product's process.
import { endsProcess, type FromChild, type ToChild, type Tried } from "./childProtocol";
import { MEGABYTE, type FuzzInput, type Verdict } from "./FuzzKind";
import { HoldMeter } from "./HoldMeter";
import { inputRandom } from "./inputRandom";
import { untypedError } from "./judge";
import { kindNamed } from "./kinds/allKinds";

/** The first inputs of a process also compile code and fill caches, as the start of the application does: their holds do not count. */
const WARM_UP_INPUTS = 5;
const EXIT_UNCAUGHT = 70;

const kind = kindNamed(process.argv[2] ?? "");
process.once("disconnect", () => process.exit(0));
const tell = (message: FromChild) => process.send?.(message);

/** What nobody caught while an input was tried; before the first, and between two, it ends the process. */
let onUncaught: ((verdict: Verdict) => void) | null = null;
const uncaught = (error: unknown) => {
  const { detail } = untypedError(error);
  if (onUncaught !== null) return onUncaught({ kind: "fault", fault: "uncaught-error", detail });
  console.error(detail);
  process.exit(EXIT_UNCAUGHT);
};
process.on("unhandledRejection", uncaught);
process.on("uncaughtException", uncaught);

const open = await kind.open(process.argv[3] ?? "");
const holds = kind.readBy === "main" ? new HoldMeter() : null;
const restBytes = process.memoryUsage.rss();

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

async function tryInput(input: FuzzInput, index: number | null): Promise<Tried> {
  await holds?.take();
  holds?.start();
  const startedMs = performance.now();
  const verdict = await new Promise<Verdict>((resolve) => {
    onUncaught = resolve;
    // Rejections that nobody handles are told when the loop goes on.
    void verdictOf(input).then((came) => setImmediate(() => resolve(came)));
  });
  onUncaught = null;
  const tookMs = performance.now() - startedMs;
  const longestHoldMs = (await holds?.take()) ?? 0;
  holds?.stop();
  const { user, system } = process.cpuUsage();
  const processMs = (user + system) / 1000;
  return {
    kind: "tried",
    index,
    verdict: withinMemory(verdict),
    tookMs,
    longestHoldMs,
    peakBytes: peakBytes(),
    processMs,
  };
}

async function verdictOf(input: FuzzInput): Promise<Verdict> {
  try {
    return await open.run(input);
  } catch (error) {
    return untypedError(error);
  }
}

function withinMemory(verdict: Verdict): Verdict {
  const moreBytes = peakBytes() - restBytes;
  return verdict.kind === "fault" || moreBytes <= kind.memoryLimitBytes
    ? verdict
    : { kind: "fault", fault: "memory", detail: `${Math.round(moreBytes / MEGABYTE)} MB` };
}

async function run({ seed, from, to }: Extract<ToChild, { kind: "run" }>): Promise<void> {
  for (let index = from; index < to; index++) {
    const tried = await tryInput(open.make(inputRandom(kind.name, seed, index)), index);
    tell(index - from < WARM_UP_INPUTS ? { ...tried, longestHoldMs: 0 } : tried);
    // What it left behind must not be blamed on the next ones.
    if (endsProcess(tried.verdict)) break;
  }
  tell({ kind: "ran" });
}

async function receive(message: ToChild): Promise<void> {
  switch (message.kind) {
    case "run":
      return run(message);
    case "make":
      tell({ kind: "made", input: open.make(inputRandom(kind.name, message.seed, message.index)) });
      return;
    case "try":
      tell(await tryInput(message.input, null));
  }
}

process.on("message", (message) => void receive(message as ToChild));
tell({ kind: "ready" });
