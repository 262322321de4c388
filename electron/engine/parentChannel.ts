// How a process of the engine's kind talks with the process that started it: Electron's utility process, or a child of plain Node.
import type { MessagePortMain, ParentPort } from "electron";

export interface ParentChannel<Message> {
  post(message: Message): void;
  /** `ports` were transferred with the message; plain Node transfers none. */
  onMessage(listener: (data: unknown, ports: readonly MessagePortMain[]) => void): void;
}

/** In plain Node the process ends with its parent, as it does in Electron. Throws when nobody started this process for it. */
export function parentChannel<Message>(): ParentChannel<Message> {
  const parentPort = process.parentPort as ParentPort | undefined;
  if (parentPort !== undefined) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => void parentPort.on("message", ({ data, ports }) => listener(data, ports)),
    };
  }
  if (process.send === undefined) throw new Error("this process is started by Facet, not by hand");
  // Not process.exit, which waits for files that are being read; nobody hears the exit code.
  const end = () => process.kill(process.pid, "SIGKILL");
  // The parent may have been killed while this process was still reading its own code.
  if (!process.connected) end();
  process.once("disconnect", end);
  return {
    // What the parent does not hear any more ends with it.
    post: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on("message", (data) => listener(data, [])),
  };
}
