// Entry of the fit process, an Electron utility process: headers of files and of the hub are read here, and llama.cpp's
// dry runs happen here, so that neither can take down the app or the chat.
import type { ParentPort } from "electron";
import type { FromFit } from "../../contract/fitProtocol";
import { startLlama } from "../startLlama";
import { FitProcess } from "./FitProcess";

const EXIT_BUG = 70;
const EXIT_NO_LLAMA = 71;

function main(): void {
  const parentPort = process.parentPort as ParentPort | undefined;
  const scratchFolder = process.argv.at(-1);
  if (parentPort === undefined || scratchFolder === undefined)
    throw new Error("the fit process runs as a utility process of the app");
  const post = (message: FromFit) => parentPort.postMessage(message);
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
    useGpu: process.env["FACET_ENGINE_GPU"] !== "off",
    log(level, message) {
      if (message.includes("Failed simulating")) hasGuessed = true;
      post({ kind: "log", level, message });
    },
  });
  llama.catch(die(EXIT_NO_LLAMA));
  const guessed = () => {
    const before = hasGuessed;
    hasGuessed = false;
    return before;
  };
  const fit = new FitProcess({ llama, post, scratchFolder, guessed });
  parentPort.on("message", ({ data }) => fit.receive(data));
}

main();
