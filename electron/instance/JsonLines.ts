// JSON messages over a socket, one a line, in both directions.
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";

/** Above the longest message of a chat with all that goes with it; a longer line is nobody's message. */
const MAX_LINE_CHARACTERS = 32 * 1024 * 1024;
/** A reader that lets more than this wait has stopped reading. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

export interface JsonLines {
  /** Resolves when the other side has taken enough for more to be sent. */
  send(message: object): Promise<void>;
}

/** `onMessage` gets whatever was sent, parsed as JSON and not checked yet. A line that is no JSON ends the connection. */
export function jsonLines(socket: Socket, onMessage: (message: unknown) => void): JsonLines {
  const decoder = new StringDecoder("utf8");
  let begun: string[] = [];
  let begunCharacters = 0;
  socket.on("data", (bytes) => {
    const lines = decoder.write(bytes).split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      const whole = begun.join("") + line;
      begun = [];
      begunCharacters = 0;
      let message: unknown;
      try {
        message = JSON.parse(whole);
      } catch {
        socket.destroy();
        return;
      }
      onMessage(message);
    }
    begun.push(last);
    begunCharacters += last.length;
    if (begunCharacters > MAX_LINE_CHARACTERS) socket.destroy();
  });
  return {
    send(message) {
      if (socket.destroyed || !socket.writable) return Promise.resolve();
      const isTaken = socket.write(`${JSON.stringify(message)}\n`);
      if (socket.writableLength > MAX_WAITING_BYTES) socket.destroy();
      if (isTaken || socket.destroyed) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          socket.off("drain", done).off("close", done);
          resolve();
        };
        socket.on("drain", done).on("close", done);
      });
    },
  };
}
