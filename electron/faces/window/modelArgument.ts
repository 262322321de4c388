// The model file that the app was started with, if any. Main process, pure.
import path from "node:path";

/** A "--switch" is Chromium's or ours, never a file; the last file wins. */
export function modelArgument(argv: readonly string[], workingFolder: string): string | null {
  const file = argv.slice(1).findLast((argument) => !argument.startsWith("-") && /\.gguf$/iu.test(argument));
  return file === undefined ? null : path.resolve(workingFolder, file);
}
