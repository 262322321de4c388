// What a real engine makes of a wrong model: refused, answering, or dead.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Failure } from "../contract/failure";
import type { EngineAnswer, ForkedEngine } from "./ForkedEngine";
import type { WrongModel } from "./wrongModel";

/** For the load and for the answer. A template that runs forever is cut off after 3 s, twice. */
const TIMEOUT_MS = 20_000;
/** Blanks, line breaks, letters of one to four bytes, marks of templates and a zero byte. */
const QUESTION = "Hello  world, \u00e4\u00f6\u00fc \u{1f600} \u5b57\n\n\t <|im_start|> 1234 \u0000 x";

export type Came =
  | { kind: "refused" | "answer-refused"; failure: Failure }
  | { kind: "answered" }
  | { kind: "lost"; answer: EngineAnswer; log: string };

/** Writes it into `folder`, loads it and asks it something. */
export async function tryModel(engine: ForkedEngine, { bytes }: WrongModel, folder: string): Promise<Came> {
  const file = path.join(folder, "wrong.gguf");
  await writeFile(file, bytes());
  engine.log.length = 0;
  const load = await engine.load(file, path.join(folder, "state"), TIMEOUT_MS);
  if (load.kind === "failed") return { kind: "refused", failure: load.failure };
  const answer = load.kind === "loaded" ? await engine.answer(QUESTION, TIMEOUT_MS) : load;
  if (answer.kind === "answered") return { kind: "answered" };
  if (answer.kind === "failed") return { kind: "answer-refused", failure: answer.failure };
  return { kind: "lost", answer, log: engine.log.slice(-5).join(" ") };
}

/** Whatever else becomes of it: the engine lives, and what is refused has its failure. */
export function isAsExpected({ outcome }: WrongModel, { kind }: Came): boolean {
  if (outcome === "works") return kind === "answered";
  return outcome === "refused" ? kind === "refused" : kind !== "lost";
}
