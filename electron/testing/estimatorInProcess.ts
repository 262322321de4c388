// An estimator for tests whose fit process is this one: headers are read as in the app. Without llama.cpp, so it judges nothing.
import { FitProcess } from "../engine/fit/FitProcess";
import { Estimator } from "../core/estimator/Estimator";

/** `scratchFolder`: for stubs. */
export function estimatorInProcess(scratchFolder: string): Estimator {
  return new Estimator({
    fork({ onMessage, onExit }) {
      const fit = new FitProcess({
        llama: new Promise(() => {}),
        post: onMessage,
        scratchFolder,
        guessed: () => false,
      });
      return { postMessage: (message) => fit.receive(message), kill: () => onExit(0) };
    },
    machineOf: (measured) => ({ ...measured, totalBytes: 0, systemReserveBytes: 0, loadedModelBytes: 0 }),
    speed: () => null,
    engineProcessBytes: () => 0,
    log: () => undefined,
    now: () => performance.now(),
  });
}
