// Files that look like ones that Facet did not finish, and that it cannot prove to be its own: the user decides about them.
import { z } from "zod";

export const LeftoverId = z
  .string()
  .regex(/^[0-9a-f]{32}$/u)
  .brand<"LeftoverId">();
export type LeftoverId = z.infer<typeof LeftoverId>;

export const Leftover = z.strictObject({
  id: LeftoverId,
  /** Below the data folder. */
  name: z.string(),
  isFolder: z.boolean(),
  /** On the disk, of a folder with all that is in it. */
  sizeBytes: z.number(),
  changedAtMs: z.number(),
});
export type Leftover = z.infer<typeof Leftover>;
