// What a process of the engine's kind was started to compute with: the argument "--gpu=…" of electron/hosts/gpuProcess.ts.
import { WantedBackend } from "../contract/gpu";

/** The best that is there, when nothing was said. */
export function wantedBackend(args: readonly string[]): WantedBackend {
  const given = args.find((argument) => argument.startsWith("--gpu="))?.slice("--gpu=".length);
  return given === undefined ? "automatic" : WantedBackend.parse(given);
}
