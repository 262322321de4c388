// Branded identifiers: ten strings that look alike cross three processes, so the compiler keeps them apart.
import { z } from "zod";

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/u);

export const ChatId = id.brand<"ChatId">();
export type ChatId = z.infer<typeof ChatId>;

export const MessageId = id.brand<"MessageId">();
export type MessageId = z.infer<typeof MessageId>;

export const ModelId = id.brand<"ModelId">();
export type ModelId = z.infer<typeof ModelId>;

export const DeltaId = id.brand<"DeltaId">();
export type DeltaId = z.infer<typeof DeltaId>;

/** Answers to one question that were asked for together, to be read side by side. */
export const ComparisonId = id.brand<"ComparisonId">();
export type ComparisonId = z.infer<typeof ComparisonId>;

/** One request to the engine: load, generate. Cancelled and answered by this id. */
export const RequestId = id.brand<"RequestId">();
export type RequestId = z.infer<typeof RequestId>;
