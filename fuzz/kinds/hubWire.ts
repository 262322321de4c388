// HTTP as bytes of a connection: heads and bodies for the reader of large contents. Main.
import { createServer, type Socket } from "node:net";
import { fetchHttp } from "../../electron/core/hub/fetchHttp";
import { BodyTooLarge, BoundedBody } from "../../electron/core/hub/BoundedBody";
import { socketHttp } from "../../electron/core/hub/socketHttp";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { accepted } from "../judge";
import { mutateBytes } from "../mutate/bytes";
import { mutateText } from "../mutate/text";

const BODY = "0123456789".repeat(30);
const SEEDS = [
  `HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\netag: "a"\r\n\r\n${BODY}`,
  `HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-299/300\r\nContent-Length: ${BODY.length}\r\nConnection: close\r\n\r\n${BODY}`,
  `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  "HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
];
const MAX_BODY_BYTES = 100_000;
/** Who waits for content ends it, here sooner. */
const PATIENCE_MS = 700;

export const hubWire: FuzzKind = {
  name: "hub-wire",
  count: 4_000,
  readBy: "main",
  memoryLimitBytes: 300 * MEGABYTE,
  async open() {
    let answer: Uint8Array = new Uint8Array();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
      socket.on("data", () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const bound = server.address();
    const url = `http://127.0.0.1:${bound !== null && typeof bound === "object" ? bound.port : 0}/file`;
    return {
      make(random) {
        const seed = random.of(SEEDS);
        return {
          answer:
            random.below(2) === 0
              ? Buffer.from(mutateText(seed, random, ["\r\n", "\r\n\r\n", ": "]))
              : mutateBytes(Buffer.from(seed), random),
        };
      },
      async run(input) {
        answer = inputPart(input, "answer");
        const http = socketHttp(fetchHttp(fetch));
        try {
          const response = await http({ url, headers: {}, signal: AbortSignal.timeout(PATIENCE_MS) });
          await response.readBody(new BoundedBody(MAX_BODY_BYTES));
          return accepted;
        } catch (error) {
          // What breaks is an error here: those above it say it in words (kind "hub").
          return { kind: "refused", code: error instanceof BodyTooLarge ? "too-large" : "broken" };
        } finally {
          for (const socket of sockets) socket.destroy();
        }
      },
    };
  },
};
