// Answers that became old while they were on their way, and events that make them old.
import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventName, EventValue } from "../../electron/contract/events";
import { failure, type Outcome } from "../../electron/contract/failure";
import { ModelId } from "../../electron/contract/ids";
import type { ModelUse } from "../../electron/contract/importing";
import { knownAnswer, queryClient, refreshAnswers, setAnswer } from "./answers";
import { call } from "./bridge";
import { followOldAnswers } from "./oldAnswers";

const input = { modelId: ModelId.parse("a") };
const useIn = (chatCount: number): ModelUse => ({ chatCount, titles: [] });

/** The answers that main owes, in the order of the questions. */
let owed: ((outcome: Outcome<ModelUse>) => void)[] = [];
let leave: () => void;

/** As a component does that shows it. */
function show(): void {
  const observer = new QueryObserver(queryClient, {
    queryKey: ["models.use", input],
    queryFn: () => call("models.use", input),
  });
  leave = observer.subscribe(() => undefined);
}

beforeEach(() => {
  owed = [];
  const ask = () => new Promise<Outcome<ModelUse>>((resolve) => owed.push(resolve));
  vi.stubGlobal("window", { facet: { call: { "models.use": ask } } });
  show();
});

afterEach(() => {
  leave();
  queryClient.clear();
  vi.unstubAllGlobals();
});

test("the first answer does not count when it became old on its way", async () => {
  const refreshed = refreshAnswers("models.use");
  expect(owed).toHaveLength(2);
  owed[1]!({ ok: true, value: useIn(2) });
  owed[0]!({ ok: true, value: useIn(1) });
  await refreshed;
  expect(knownAnswer("models.use", input)).toEqual({ kind: "loaded", value: useIn(2) });
});

test("an older answer stays until the newer one is there, which may be a failure", async () => {
  expect(knownAnswer("models.use", input)).toEqual({ kind: "loading" });
  owed[0]!({ ok: true, value: useIn(1) });
  await vi.waitFor(() => expect(knownAnswer("models.use", input).kind).toBe("loaded"));
  const refreshed = refreshAnswers("models.use");
  expect(knownAnswer("models.use", input)).toEqual({ kind: "loaded", value: useIn(1) });
  owed[1]!({ ok: false, failure: failure("not-found") });
  await refreshed;
  expect(knownAnswer("models.use", input)).toEqual({ kind: "failed", failure: failure("not-found") });
});

test("what was told in another way counts as an answer", () => {
  setAnswer("models.use", input, useIn(7));
  expect(knownAnswer("models.use", input)).toEqual({ kind: "loaded", value: useIn(7) });
});

test("an event makes answers old only when the part of it that counts has changed", () => {
  const refresh = vi.spyOn(queryClient, "invalidateQueries");
  const listeners: [EventName, (value: never) => void][] = [];
  followOldAnswers((name, apply) => listeners.push([name, apply]));
  const tell = <Name extends EventName>(name: Name, value: EventValue<Name>) => {
    refresh.mockClear();
    for (const [of, apply] of listeners) if (of === name) apply(value as never);
    return refresh.mock.calls.map(([filters]) => filters?.queryKey?.[0]);
  };
  const loading = (fraction: number) => ({
    kind: "loading" as const,
    modelId: input.modelId,
    modelName: "A",
    fraction,
    preparesGpu: false,
  });
  tell("engine-changed", { kind: "idle" });
  expect(tell("engine-changed", loading(0.1))).toEqual(["loads.records"]);
  expect(tell("engine-changed", loading(0.2))).toEqual([]);
  expect(tell("deltas-changed", [])).toEqual(["deltas.forModel", "deltas.found"]);
});
