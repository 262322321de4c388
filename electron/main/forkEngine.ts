// Makes the engine process. Main process.
import path from "node:path";
import { createInterface } from "node:readline";
import { utilityProcess } from "electron";
import type { Log } from "../services/LogFile";
import { engineEnvironment } from "./engineEnvironment";
import type { EngineListeners, EngineProcess } from "./EngineSupervisor";

/** Beside main.cjs in the built app. */
const ENGINE_SCRIPT = path.join(__dirname, "engine.mjs");

export function forkEngine(listeners: EngineListeners, log: Log): EngineProcess {
  const child = utilityProcess.fork(ENGINE_SCRIPT, [], {
    serviceName: "Facet engine",
    stdio: "pipe",
    env: engineEnvironment(process.env),
  });
  let isGone = false;
  let isUnwanted = false;
  const kill = () => {
    isUnwanted = true;
    if (isGone || child.pid === undefined) return;
    try {
      // Not child.kill(): its polite signal is not heard by native code that hangs.
      process.kill(child.pid, "SIGKILL");
    } catch {
      // It went by itself in this very moment.
    }
  };
  // Killed before it was there: it has a process id only now.
  child.once("spawn", () => {
    if (isUnwanted) kill();
  });
  child.on("message", listeners.onMessage);
  child.once("exit", (code) => {
    isGone = true;
    listeners.onExit(code);
  });
  // llama.cpp's own words; node-llama-cpp's come as log messages.
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (text) => log("debug", "output", { text }));
  }
  return {
    postMessage(message, ports) {
      if (!isGone) child.postMessage(message, ports);
    },
    kill,
  };
}
