// The names of contract/methods.ts as plain text: preload must stay small and free of zod.
import type { MethodName } from "../contract/methods";

/** A missing or an unknown name does not compile. */
const named: Record<MethodName, true> = {
  "app.snapshot": true,
  "app.connectStream": true,
  "app.openLogsFolder": true,
  "app.openLink": true,
  "app.copyText": true,
  "app.dismissNotice": true,
  "app.quit": true,
  "settings.save": true,
  "models.load": true,
  "models.chooseFile": true,
  "models.forget": true,
  "models.getStarter": true,
  "models.cancelStarter": true,
  "engine.restart": true,
  "chats.create": true,
  "chats.open": true,
  "chats.rename": true,
  "chats.delete": true,
  "chats.restore": true,
  "chats.saveSettings": true,
  "chats.search": true,
  "chats.send": true,
  "chats.regenerate": true,
  "chats.edit": true,
  "chats.showSibling": true,
  "chats.stop": true,
};

export const methodNames: readonly string[] = Object.keys(named);
