// The name of a file that a job has not finished. The program that starts the job and the job itself find the same one. Plain Node.
import { lstat } from "node:fs/promises";

/** `suffix` behind the target's name; where something has that, "name.2.suffix", "name.3.suffix" … */
export async function unfinishedFileOf(target: string, suffix: string): Promise<string> {
  for (let number = 1; ; number++) {
    const file = `${target}${number === 1 ? "" : `.${number}`}${suffix}`;
    if (!(await isTaken(file))) return file;
  }
}

function isTaken(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}
