// Adapters as Hugging Face's PEFT library and Apple's mlx-lm save them: weights, and beside them a file that says what they are. Plain Node.
import { stat } from "node:fs/promises";
import path from "node:path";
import { MLX_WEIGHTS_FILE, PEFT_CONFIG_FILE, PEFT_WEIGHTS_FILE } from "../../contract/peftConfig";

export function isPeftName(fileName: string): boolean {
  return fileName === PEFT_WEIGHTS_FILE || fileName === MLX_WEIGHTS_FILE;
}

export function peftConfigOf(weights: string): string {
  return path.join(path.dirname(weights), PEFT_CONFIG_FILE);
}

/** Weights of any name, with the configuration beside them. */
export async function isPeftAdapter(file: string): Promise<boolean> {
  if (!/\.safetensors$/iu.test(file)) return false;
  return (await stat(peftConfigOf(file)).catch(() => null))?.isFile() ?? false;
}

/** For display. */
export function adapterName(file: string): string {
  return isPeftName(path.basename(file)) ? path.basename(path.dirname(file)) : path.basename(file);
}

/** The adapter's file: a folder stands for the one in it; null when there is none. */
export async function adapterFileAt(chosen: string): Promise<string | null> {
  const facts = await stat(chosen).catch(() => null);
  if (facts?.isDirectory() !== true) return chosen;
  for (const name of [PEFT_WEIGHTS_FILE, MLX_WEIGHTS_FILE]) {
    const weights = path.join(chosen, name);
    if ((await stat(weights).catch(() => null))?.isFile() === true) return weights;
  }
  return null;
}
