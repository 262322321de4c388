// The chats' worker as it is in the sources, for tests in plain Node.
import { fileURLToPath } from "node:url";
import { ChatsWorker } from "../core/chats/worker/ChatsWorker";

export function sourceChatsWorker(): ChatsWorker {
  return new ChatsWorker(fileURLToPath(new URL("../core/chats/worker/workerThread.ts", import.meta.url)), [
    "--import",
    "tsx",
  ]);
}
