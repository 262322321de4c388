// The names of contract/events.ts as plain text: preload must stay small and free of zod.
import type { EventName } from "../contract/events";

/** A missing or an unknown name does not compile. */
const named: Record<EventName, true> = {
  "engine-changed": true,
  "models-changed": true,
  "starter-changed": true,
  "load-warned": true,
  "downloads-changed": true,
  "jobs-changed": true,
  "deltas-changed": true,
  "engine-deltas-changed": true,
  "file-tasks-changed": true,
  "same-files-changed": true,
  "chat-changed": true,
  "chat-removed": true,
  "message-changed": true,
  "notice-added": true,
  "menu-command": true,
};

export const eventNames: ReadonlySet<string> = new Set(Object.keys(named));
