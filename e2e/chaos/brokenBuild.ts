// The application with a fault that a run must find: a finished file gets its name by a rename, which overwrites.
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** link(2) fails where the name is taken, rename(2) does not. */
const SOUND = "await link(part, target);";
const BROKEN = "await rename(part, target);";

/** Copies the built application and breaks it. Returns the folder with its scripts. */
export async function breakBuild(scriptFolder: string, target: string): Promise<string> {
  await cp(scriptFolder, target, { recursive: true });
  for (const name of ["application.mjs", "job.mjs"]) {
    const file = path.join(target, name);
    const source = await readFile(file, "utf8");
    if (name === "application.mjs" && !source.includes(SOUND)) throw new Error(`${name} no longer has: ${SOUND}`);
    await writeFile(file, source.replaceAll(SOUND, BROKEN));
  }
  return target;
}
