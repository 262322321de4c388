// What a worker thread is asked: work on whole databases and large answers, which would keep its process from everything else.
import { z } from "zod";
import type { HubFile, HubVariant } from "../../contract/hub";
import { ChatCounts } from "../chats/chatCounts";
import type { FoundModel, HubModelFacts } from "../hub/readHubAnswer";

export const Question = z.discriminatedUnion("kind", [
  /** What can be read of `damaged` into the empty file `target`. */
  z.strictObject({ kind: z.literal("salvage"), damaged: z.string(), target: z.string() }),
  /** The content of `source` as it is at this moment, in one transaction in place of what `target` has. */
  z.strictObject({ kind: z.literal("copy"), source: z.string(), target: z.string() }),
  /** Of a file that nothing else has open, and that is one file afterwards. Failures: "database-damaged", "database-newer". */
  z.strictObject({ kind: z.literal("check"), file: z.string() }),
  /** null for one that cannot be read. */
  z.strictObject({ kind: z.literal("count"), files: z.array(z.string()) }),
  /** An answer of the hub (hub/readHubAnswer.ts). Failure: "hub-answer-invalid". */
  z.strictObject({ kind: z.literal("hub-search"), body: z.instanceof(Uint8Array) }),
  z.strictObject({ kind: z.literal("hub-model"), body: z.instanceof(Uint8Array) }),
  z.strictObject({ kind: z.literal("hub-files"), body: z.instanceof(Uint8Array) }),
  z.strictObject({ kind: z.literal("hub-variants"), files: z.custom<HubFile[]>() }),
]);
export type Question = z.infer<typeof Question>;

export const answers = {
  salvage: ChatCounts,
  copy: z.undefined(),
  check: z.undefined(),
  count: z.array(ChatCounts.nullable()),
  // Not looked at again: that would take as long on this side as reading them.
  "hub-search": z.custom<FoundModel[]>(),
  "hub-model": z.custom<HubModelFacts>(),
  "hub-files": z.custom<HubFile[]>(),
  "hub-variants": z.custom<HubVariant[]>(),
} as const satisfies Record<Question["kind"], z.ZodType>;

export type QuestionOf<Kind extends Question["kind"]> = Extract<Question, { kind: Kind }>;
export type AnswerOf<Kind extends Question["kind"]> = z.output<(typeof answers)[Kind]>;
