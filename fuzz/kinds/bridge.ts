// Calls of the page: every method of the contract, through the gate that the window's calls come through. Main.
import path from "node:path";
import { z } from "zod";
import { methods, windowMethods, type MethodName } from "../../electron/contract/methods";
import { succeed } from "../../electron/contract/failure";
import { createCallGate, type PageHandlers } from "../../electron/faces/window/callGate";
import { PAGE_URL } from "../../electron/faces/window/ownPage";
import type { Random } from "../../scripts/texts/Random";
import { inputPart, MEGABYTE, type FuzzKind, type Verdict } from "../FuzzKind";
import { accepted, judgeFailure, wrongAnswer } from "../judge";
import { changedValue, hostileValue } from "../mutate/json";
import { valueFor, type KnownTexts } from "../mutate/schema";
import { openedApplication, type KnownIds } from "./openedApplication";

const names = Object.keys(methods) as MethodName[];
/** An input names the first, the second … chat that there is, in place of an id, which is another one each time. */
const PLACE = /^place-([A-Za-z]+)-(\d+)$/u;
const FIELDS = ["chatId", "messageId", "requestId", "modelId", "baseId", "fineTuneId", "deltaId", "beforeId", "id"];
const MOST_PLACES = 4;
const MOST_CALLS = 3;
/** Quitting ends the process that is looked at, and searches of the disk have seconds. */
const SLOW_MS = 12_000;
const Calls = z.array(z.strictObject({ method: z.string(), input: z.unknown().optional() }));

export const bridge: FuzzKind = {
  name: "bridge",
  count: 9_000,
  inputsPerProcess: 700,
  readBy: "main",
  hangMs: SLOW_MS,
  memoryLimitBytes: 700 * MEGABYTE,
  async open(folder) {
    const { application, ids } = await openedApplication(folder);
    const closed = () => succeed(null);
    // Each dialog is closed, and each of them is a method of the contract.
    const dialogs = Object.fromEntries(windowMethods.map((name) => [name, closed])) as unknown as Pick<
      PageHandlers,
      (typeof windowMethods)[number]
    >;
    const window = {};
    let nowMs = 0;
    const gate = createCallGate({
      handlers: () => ({ ...application.handlers, ...dialogs }),
      isOurWindow: (sender) => sender === window,
      log: () => undefined,
      now: () => (nowMs += 1_000),
    });
    const event = { sender: window, senderFrame: { url: PAGE_URL, parent: null } };
    const droppable = ["another.gguf", "adapter.gguf", "", "missing", "\0"].map((name) =>
      path.join(folder, "elsewhere", name),
    );
    const paths = [...droppable, "/dev/zero", "/proc/self/mem", "relative"];
    const known = (field: string): readonly string[] =>
      FIELDS.includes(field)
        ? Array.from({ length: MOST_PLACES }, (_, index) => `place-${field}-${index}`)
        : field === "paths"
          ? paths
          : [];
    return {
      make(random) {
        const calls = Array.from({ length: random.between(1, MOST_CALLS) }, () => callOf(random, known));
        return { calls: Buffer.from(JSON.stringify(calls)) };
      },
      async run(input) {
        const calls = Calls.safeParse(parsed(inputPart(input, "calls")));
        if (!calls.success) return accepted;
        let verdict: Verdict = accepted;
        const there = await ids();
        for (const { method, input: given } of calls.data) {
          const outcome = await gate(event, method, placed(given, there));
          if (outcome.ok) {
            const output = methods[method as MethodName]?.output as z.ZodType | undefined;
            const read = windowMethods.includes(method as never) ? undefined : output?.safeParse(outcome.value);
            if (read?.success === false)
              return wrongAnswer(
                `${method} answers what the contract does not say: ${read.error.message.slice(0, 600)}`,
              );
            continue;
          }
          verdict = judgeFailure(outcome.failure);
          if (verdict.kind === "fault") return { ...verdict, detail: `${method}: ${verdict.detail}` };
        }
        return verdict;
      },
      close: () => application.close(),
    };
  },
};

function callOf(random: Random, known: KnownTexts): { method: string; input: unknown } {
  const method = random.of(names);
  const fits = valueFor(methods[method].input, random, known);
  // Most fit, so that the handler itself sees them; others are nearly right.
  const input = [fits, fits, fits, changedValue(fits, random), hostileValue(fits, random)][random.below(5)];
  return {
    method:
      random.below(40) === 0 ? random.of(["__proto__", "constructor", "deltas.addPath", "", "x".repeat(9999)]) : method,
    input,
  };
}

function placed(value: unknown, ids: KnownIds): unknown {
  if (typeof value === "string") {
    const [, field = "", index = "0"] = PLACE.exec(value) ?? [];
    const there = ids[field] ?? [];
    return there[Number(index) % Math.max(1, there.length)] ?? value;
  }
  if (Array.isArray(value)) return value.map((one) => placed(one, ids));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, placed(one, ids)]));
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return null;
  }
}
