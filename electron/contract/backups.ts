// Copies of the chats, made once a day.
import { z } from "zod";

export const Backup = z.strictObject({
  /** Of its file, by which it is asked for. */
  name: z.string(),
  atMs: z.number(),
  sizeBytes: z.number(),
  /** null: it cannot be read. */
  chats: z.number().int().nullable(),
});
export type Backup = z.infer<typeof Backup>;
