// What the chats' worker thread is asked: work on whole databases, which would keep its process from everything else.
import { z } from "zod";
import { ChatCounts } from "../chatCounts";

export const Question = z.discriminatedUnion("kind", [
  /** What can be read of `damaged` into the empty file `target`. */
  z.strictObject({ kind: z.literal("salvage"), damaged: z.string(), target: z.string() }),
  /** The content of `source` as it is at this moment, in one transaction in place of what `target` has. */
  z.strictObject({ kind: z.literal("copy"), source: z.string(), target: z.string() }),
  /** Of a file that nothing else has open, and that is one file afterwards. Failures: "database-damaged", "database-newer". */
  z.strictObject({ kind: z.literal("check"), file: z.string() }),
  /** null for one that cannot be read. */
  z.strictObject({ kind: z.literal("count"), files: z.array(z.string()) }),
]);
export type Question = z.infer<typeof Question>;

export const answers = {
  salvage: ChatCounts,
  copy: z.undefined(),
  check: z.undefined(),
  count: z.array(ChatCounts.nullable()),
} as const satisfies Record<Question["kind"], z.ZodType>;

export type QuestionOf<Kind extends Question["kind"]> = Extract<Question, { kind: Kind }>;
export type AnswerOf<Kind extends Question["kind"]> = z.output<(typeof answers)[Kind]>;
