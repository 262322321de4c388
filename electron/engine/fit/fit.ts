// Entry of the fit process: headers of files and of the hub are read here, and llama.cpp's
// dry runs happen here, so that neither can take down the app or the chat.
import type { FromFit } from "../../contract/fitProtocol";
import { EXIT_NO_GPU } from "../../contract/gpu";
import { gpuDevices } from "../gpuDevices";
import { parentChannel } from "../parentChannel";
import { NoGpu, startLlama } from "../startLlama";
import { wantedBackend } from "../wantedBackend";
import { FitProcess } from "./FitProcess";

const EXIT_BUG = 70;
const EXIT_NO_LLAMA = 71;

function main(): void {
  const scratchFolder = process.argv.at(-1);
  if (scratchFolder === undefined) throw new Error("the fit process needs a folder for stubs");
  const parent = parentChannel<FromFit>();
  const post = (message: FromFit) => parent.post(message);
  const die = (code: number) => (error: unknown) => {
    post({
      kind: "log",
      level: "error",
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    setTimeout(() => process.exit(code), 50);
  };
  process.on("uncaughtException", die(EXIT_BUG));
  process.on("unhandledRejection", die(EXIT_BUG));

  let hasGuessed = false;
  const llama = startLlama({
    backend: wantedBackend(process.argv),
    log(level, message) {
      if (message.includes("Failed simulating")) hasGuessed = true;
      post({ kind: "log", level, message });
    },
  });
  llama.then(
    async (started) => post({ kind: "hello", devices: await gpuDevices(started) }),
    (error: unknown) => die(error instanceof NoGpu ? EXIT_NO_GPU : EXIT_NO_LLAMA)(error),
  );
  const guessed = () => {
    const before = hasGuessed;
    hasGuessed = false;
    return before;
  };
  const fit = new FitProcess({ llama, post, scratchFolder, guessed });
  parent.onMessage((data) => fit.receive(data));
}

main();
