// Models that are well formed as GGUF and wrong in what they say: vocabularies, ids, families, templates, shapes. Each is the tiny model
// with one thing changed; each is either refused in words, or loaded and used, and the engine lives.
import type { WrongModel } from "./wrongModel";
import { wrongShapes } from "./wrongShapes";
import { wrongTemplates } from "./wrongTemplates";
import { wrongTokenizers } from "./wrongTokenizers";

/** All of them, the same each time. */
export function wrongModels(): WrongModel[] {
  return [...wrongTokenizers(), ...wrongTemplates(), ...wrongShapes()];
}
