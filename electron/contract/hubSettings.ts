// How the app reaches the hub: address, proxy, token. The token itself never comes back to the window.
import { z } from "zod";

export const HubSettings = z.strictObject({
  /** "https://huggingface.co", or a mirror's. */
  endpoint: z.string(),
  /** The endpoint was set by the environment and cannot be changed here. */
  endpointIsFixed: z.boolean(),
  /** "http://proxy.example:3128"; null = what the system says. */
  proxy: z.string().nullable(),
  hasToken: z.boolean(),
  /** Hugging Face's own tools have one on this computer, in the environment or in their file; null: they have none, or one is saved here. */
  offeredToken: z.enum(["environment", "file"]).nullable(),
  /** "system": in the system's secret store. "session": there is none, it is forgotten when the app is closed. */
  tokenStorage: z.enum(["system", "session"]),
});
export type HubSettings = z.infer<typeof HubSettings>;

/** Absent = unchanged; null = the default, or no token. */
export const HubSettingsChange = z.strictObject({
  endpoint: z.string().min(1).max(300).nullable().optional(),
  proxy: z.string().min(1).max(300).nullable().optional(),
  /** Hugging Face's are 37 characters; others' may be longer. Printable ASCII: it goes into a header. */
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/u)
    .nullable()
    .optional(),
});
export type HubSettingsChange = z.infer<typeof HubSettingsChange>;
