// Failures know a file by its name; whoever typed its path is told that path.
import path from "node:path";
import { detailsOf, withDetails } from "../../contract/failureDetails";
import { failureParagraph } from "../../words/failureText";
import { CommandError } from "./CommandError";

/** `words`: what was typed. */
export function namedAsGiven(error: CommandError, words: readonly string[]): CommandError {
  const { failure, exitCode, message } = error;
  const file = failure === null ? undefined : detailsOf(failure)["file"];
  if (failure === null || file === undefined || message !== failureParagraph(failure)) return error;
  // Also behind the name of its option: --calibrate=/home/ada/notes.txt
  const given = words
    .map((word) => word.replace(/^--[\w-]+=/u, ""))
    .find((word) => word !== file && path.basename(word) === file);
  if (given === undefined) return error;
  const named = withDetails(failure, { file: given });
  return new CommandError(failureParagraph(named), exitCode, named);
}
