// Entry of the fit process: headers of files and of the hub are read here, and llama.cpp's
// dry runs happen here, so that neither can take down the app or the chat.
import type { FromFit } from "../../contract/fitProtocol";
import { EXIT_NO_GPU } from "../../contract/gpu";
import { endOnDefects, endSoon } from "../../files/endOnDefects";
import { gpuDevices } from "../gpuDevices";
import { parentChannel } from "../parentChannel";
import { NoGpu, startLlama } from "../startLlama";
import { wantedBackend } from "../wantedBackend";
import { FitProcess } from "./FitProcess";

const EXIT_NO_LLAMA = 71;

function main(): void {
  const scratchFolder = process.argv.at(-1);
  if (scratchFolder === undefined) throw new Error("the fit process needs a folder for stubs");
  const parent = parentChannel<FromFit>();
  const post = (message: FromFit) => parent.post(message);
  const log = (message: string) => post({ kind: "log", level: "error", message });
  endOnDefects(log);

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
    (error: unknown) => {
      log(`llama.cpp did not start: ${String(error)}`);
      endSoon(error instanceof NoGpu ? EXIT_NO_GPU : EXIT_NO_LLAMA);
    },
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
