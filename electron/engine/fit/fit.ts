// Entry of the fit process: headers of files and of the hub are read here, and llama.cpp's
// dry runs happen here, so that neither can take down the app or the chat.
import type { FromFit } from "../../contract/fitProtocol";
import { endOnDefects, endSoon } from "../../files/endOnDefects";
import { parentChannel } from "../parentChannel";
import { startLlama } from "../startLlama";
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
    useGpu: process.env["FACET_ENGINE_GPU"] !== "off",
    log(level, message) {
      if (message.includes("Failed simulating")) hasGuessed = true;
      post({ kind: "log", level, message });
    },
  });
  llama.catch((error: unknown) => {
    log(`llama.cpp did not start: ${String(error)}`);
    endSoon(EXIT_NO_LLAMA);
  });
  const guessed = () => {
    const before = hasGuessed;
    hasGuessed = false;
    return before;
  };
  const fit = new FitProcess({ llama, post, scratchFolder, guessed });
  parent.onMessage((data) => fit.receive(data));
}

main();
