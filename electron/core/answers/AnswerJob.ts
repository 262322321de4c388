// One answer that the engine is asked for, as its two sides see it: the runner that stores it, the session that gets it.
import type { AnswerFacts } from "../../contract/chat";
import type { NamedStack } from "../../contract/deltas";
import type { Turn } from "../../contract/engineProtocol";
import type { Failure } from "../../contract/failure";
import type { ChatId, MessageId, RequestId } from "../../contract/ids";
import type { MessagePart } from "../../contract/parts";
import type { ChatSettings } from "../../contract/sampling";

export interface AnswerJob {
  requestId: RequestId;
  chatId: ChatId;
  /** The assistant message that is being written. */
  messageId: MessageId;
  turns: Turn[];
  settings: ChatSettings;
  /** Who answers; empty = the base. */
  stack: NamedStack;
  /** The whole answer so far, some times a second. */
  onCheckpoint(parts: MessagePart[]): void;
  /** Called exactly once, whatever happens. */
  onEnd(end: AnswerJobEnd): void;
}

export type AnswerJobEnd =
  /** Complete, or stopped by the user: facts.endReason says which. */
  | { kind: "answered"; parts: MessagePart[]; facts: AnswerFacts }
  /** Stopped before the engine had anything more to say than the last checkpoint. */
  | { kind: "cancelled" }
  | { kind: "failed"; failure: Failure; parts: MessagePart[] }
  /** The process that wrote it is gone; the last checkpoint is what is left. */
  | { kind: "engine-died"; failure: Failure };

/** The engine as the runner needs it. */
export interface AnswerEngine {
  /** Why no answer can come however long one waits; null = one can, perhaps after a start and a load. */
  refusal(): Failure | null;
  /** Waits for its turn when another answer is being written or a model is loading. */
  generate(job: AnswerJob): void;
  /** Unknown ids are ignored: the answer may just have ended. */
  cancel(requestId: RequestId): void;
  /** Ends the thought that is being written. Ignored where none is. */
  answerNow(requestId: RequestId): void;
}
