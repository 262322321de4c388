// Entry of the engine process: connects EngineProcess to the process that started it, and dies loudly.
import { writeFile } from "node:fs/promises";
import type { MessagePortMain } from "electron";
import type { FromEngine } from "../contract/engineProtocol";
import { endOnDefects, endSoon } from "../files/endOnDefects";
import { EngineProcess } from "./EngineProcess";
import { useDeltaKernels } from "./deltaKernels";
import { parentChannel } from "./parentChannel";
import { startLlama } from "./startLlama";
import type { StreamPort } from "./TokenSender";

/** Main can tell it from the codes of native crashes. */
const EXIT_NO_LLAMA = 71;
/** When memory runs out, Linux kills the process with the highest score: this one, not the user's other work. */
const OUT_OF_MEMORY_SCORE = 600;

function main(): void {
  const parent = parentChannel<FromEngine>();
  const post = (message: FromEngine) => parent.post(message);
  endOnDefects((message) => post({ kind: "log", level: "error", message }));
  raiseOutOfMemoryScore(post);

  // Messages that come before llama.cpp is ready wait here, in order.
  const early: { data: unknown; ports: readonly MessagePortMain[] }[] = [];
  let engine: EngineProcess | undefined;
  const receive = (data: unknown, ports: readonly MessagePortMain[]) => {
    const [port] = ports;
    engine?.receive(data, port === undefined ? undefined : electronPort(port));
  };
  parent.onMessage((data, ports) => {
    if (engine === undefined) early.push({ data, ports });
    else receive(data, ports);
  });

  const log = (level: "debug" | "info" | "warn" | "error", message: string) => post({ kind: "log", level, message });
  startLlama({ log, useGpu: process.env["FACET_ENGINE_GPU"] !== "off" }).then(
    async (llama) => {
      const deltaKernels = useDeltaKernels(log);
      engine = new EngineProcess(llama, post, deltaKernels !== undefined);
      await engine.start();
      for (const { data, ports } of early.splice(0)) receive(data, ports);
    },
    (error: unknown) => {
      post({ kind: "log", level: "error", message: `llama.cpp did not start: ${String(error)}` });
      endSoon(EXIT_NO_LLAMA);
    },
  );
}

function electronPort(port: MessagePortMain): StreamPort {
  return {
    post: (message) => port.postMessage(message),
    close: () => port.close(),
    onMessage: (listener) => {
      port.on("message", ({ data }) => listener(data));
      port.start();
    },
    onClose: (listener) => port.on("close", listener),
  };
}

function raiseOutOfMemoryScore(post: (message: FromEngine) => void): void {
  if (process.platform !== "linux") return;
  writeFile("/proc/self/oom_score_adj", String(OUT_OF_MEMORY_SCORE)).catch((error: unknown) =>
    post({ kind: "log", level: "warn", message: `oom_score_adj was not raised: ${String(error)}` }),
  );
}

main();
