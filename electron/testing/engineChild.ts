// The engine in a Node process of its own, without Electron: for tests of what may end it. See ForkedEngine.ts.
import type { FromEngine } from "../contract/engineProtocol";
import { EngineProcess } from "../engine/EngineProcess";
import { startLlama } from "../engine/startLlama";

const post = (message: FromEngine) => process.send?.(message);
const early: unknown[] = [];
let engine: EngineProcess | null = null;
process.on("message", (message) => (engine === null ? early.push(message) : engine.receive(message)));
// Whoever asked is gone.
process.once("disconnect", () => process.exit(0));

const llama = await startLlama({
  backend: "processor",
  log: (level, message) => post({ kind: "log", level, message }),
});
engine = new EngineProcess(llama, post);
await engine.start();
for (const message of early.splice(0)) engine.receive(message);
