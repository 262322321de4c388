// Which answers an event makes old. Renderer.
import type { PageMethodName } from "../../electron/contract/bridge";
import type { EventName, EventValue } from "../../electron/contract/events";
import { loadedModel } from "../features/model/loadedModel";
import { refreshAnswers } from "./answers";

type Listen = <Name extends EventName>(name: Name, apply: (value: EventValue<Name>) => void) => void;

export function followOldAnswers(on: Listen): void {
  /** `part`: what of the event counts; most that come while something is written or made change nothing else. */
  function after<Name extends EventName>(
    name: Name,
    old: readonly PageMethodName[],
    part: (value: EventValue<Name>) => unknown = (value) => value,
  ): void {
    let before: unknown;
    on(name, (value) => {
      const now = part(value);
      if (now !== before) void refreshAnswers(...old);
      before = now;
    });
  }

  after("models-changed", ["models.installed", "models.format", "import.otherApps"]);
  after("deltas-changed", ["deltas.forModel", "deltas.found"]);
  // What else fits is less with each fine-tune that is brought into memory.
  after("engine-deltas-changed", ["deltas.forModel", "fit.machine"]);
  after(
    "engine-changed",
    ["models.installed", "deltas.forModel", "fit.machine"],
    (engine) => loadedModel(engine)?.modelId,
  );
  after("gpu-changed", ["gpu.state", "fit.machine"]);
  after("chats-replaced", ["models.use", "deltas.use"]);
  // With each load and each answer there is more to show.
  after("engine-changed", ["loads.records"], ({ kind }) => kind);
  after("jobs-changed", ["quality.results"], (jobs) => jobs.filter(({ state }) => state.kind === "done").length);
}
