// Saves what was found, so that it can be looked at: the input, the smaller one, and how to repeat it.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FuzzInput } from "./FuzzKind";
import type { Finding } from "./runKind";

/** Returns the folder. */
export async function saveFinding(
  folder: string,
  finding: Omit<Finding, "folder">,
  { input, small }: { input: FuzzInput | null; small: FuzzInput | null },
): Promise<string> {
  const own = path.join(folder, `${finding.kindName}-${finding.seed}-${finding.index}`);
  for (const [name, pieces] of [
    ["input", input],
    ["small", small],
  ] as const) {
    if (pieces === null) continue;
    await mkdir(path.join(own, name), { recursive: true });
    for (const [piece, bytes] of Object.entries(pieces)) await writeFile(path.join(own, name, piece), bytes);
  }
  await mkdir(own, { recursive: true });
  await writeFile(
    path.join(own, "finding.json"),
    `${JSON.stringify({ ...finding, repeat: repeatCommand(finding) }, null, 2)}\n`,
  );
  return own;
}

export function repeatCommand({ kindName, seed, index }: Pick<Finding, "kindName" | "seed" | "index">): string {
  return `npm run fuzz -- --kind ${kindName} --seed ${seed} --index ${index}`;
}
