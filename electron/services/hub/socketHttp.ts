// The network port over bare sockets, for large contents: reads into one buffer per connection, at half the processor time of fetch. Main process.
//
// It speaks as much HTTP/1.1 as content networks answer with: a head and a body of known length. For every
// other answer (chunked, compressed) it asks again through the port it was given.
import net from "node:net";
import tls from "node:tls";
import type { Http, HttpRequest } from "./http";

/** One read of the system fills at most this; also what one connection costs in memory. */
const READ_BUFFER_BYTES = 1024 * 1024;
/** Signed addresses and policies make heads of some KB; Node's own limit is 16 KiB. */
const MAX_HEAD_BYTES = 64 * 1024;
/** Servers drop idle connections after 5 to 60 s; using one that is being dropped costs a round trip. */
const IDLE_MS = 4000;

export function socketHttp(fallback: Http): Http {
  const idle = new Map<string, Connection[]>();
  return async (request) => {
    const url = new URL(request.url);
    const pooled = idle.get(url.origin)?.pop();
    let connection = pooled ?? new Connection(url);
    let head: Head;
    try {
      head = await connection.ask(url, request);
    } catch (error) {
      // It may have been closed just as it was taken: that says nothing about the network.
      if (!pooled || request.signal.aborted) throw error;
      connection = new Connection(url);
      head = await connection.ask(url, request);
    }
    const lengthBytes = bodyLength(head);
    if (lengthBytes === null) {
      connection.destroy();
      return fallback(request);
    }
    return {
      status: head.status,
      header: (name) => head.headers.get(name.toLowerCase()) ?? null,
      readBody: async (onBytes) => {
        await connection.readBody(lengthBytes, onBytes);
        if (head.headers.get("connection")?.toLowerCase() === "close" || connection.destroyed) return connection.destroy();
        idle.set(url.origin, [...(idle.get(url.origin) ?? []), connection]);
        connection.rest(IDLE_MS, () => {
          idle.set(url.origin, (idle.get(url.origin) ?? []).filter((other) => other !== connection));
        });
      },
      discard: () => connection.destroy(),
    };
  };
}

interface Head {
  status: number;
  headers: Map<string, string>;
}

/** Null for bodies that this cannot read. */
function bodyLength({ status, headers }: Head): number | null {
  // Redirects and errors are let go unread.
  if (status !== 200 && status !== 206) return 0;
  const length = headers.get("content-length");
  if (headers.has("transfer-encoding") || (headers.get("content-encoding") ?? "identity") !== "identity") return null;
  return length !== undefined && /^\d{1,15}$/u.test(length) ? Number(length) : null;
}

type BytesHandler = (bytes: Uint8Array) => Promise<void> | void;

/** One connection, one request at a time. Reading stops whenever nobody wants bytes. */
class Connection {
  readonly #socket: net.Socket;
  #onBytes: BytesHandler | null = null;
  #onEnd: ((error: Error) => void) | null = null;
  /** Came with the head already. */
  #early: Buffer = Buffer.alloc(0);
  #signal: AbortSignal | null = null;

  constructor(url: URL) {
    const secure = url.protocol === "https:";
    const host = url.hostname.replace(/^\[|\]$/gu, "");
    const options = {
      host,
      port: Number(url.port || (secure ? 443 : 80)),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
        callback: (length: number, buffer: Uint8Array): boolean => this.#received(buffer.subarray(0, length)),
      },
    };
    this.#socket = secure
      ? tls.connect({ ...options, ALPNProtocols: ["http/1.1"], ...(net.isIP(host) ? {} : { servername: host }) })
      : net.connect(options);
    this.#socket.on("error", (error) => this.#ended(error));
    this.#socket.on("end", () => this.#ended(new Error("the other side closed the connection")));
    this.#socket.on("close", () => this.#ended(new Error("the connection was closed")));
  }

  get destroyed(): boolean {
    return this.#socket.destroyed;
  }

  destroy(): void {
    this.#release();
    this.#socket.destroy();
  }

  ask(url: URL, { headers, signal }: HttpRequest): Promise<Head> {
    signal.throwIfAborted();
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#socket.ref();
    this.#socket.setTimeout(0);
    const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`, "connection: keep-alive"];
    for (const [name, value] of Object.entries(headers)) {
      // A line break in a value would begin another header. URL has encoded those in the address.
      if (/[\r\n\0]/u.test(value)) throw new TypeError(`a line break in the header ${name}`);
      lines.push(`${name}: ${value}`);
    }
    return new Promise<Head>((resolve, reject) => {
      let gathered = Buffer.alloc(0);
      this.#onEnd = reject;
      this.#onBytes = (bytes) => {
        gathered = Buffer.concat([gathered, bytes]);
        for (;;) {
          const end = gathered.indexOf("\r\n\r\n");
          if (end === -1) {
            if (gathered.length > MAX_HEAD_BYTES) this.#ended(new Error("a head without end"));
            return;
          }
          const head = parseHead(gathered.toString("latin1", 0, end));
          if (!head) return this.#ended(new Error("not an HTTP answer"));
          gathered = gathered.subarray(end + 4);
          // 100 and 103 announce the answer, they are not it.
          if (head.status < 200) continue;
          this.#early = gathered;
          this.#onBytes = null;
          this.#onEnd = null;
          return resolve(head);
        }
      };
      this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
      this.#socket.resume();
    });
  }

  async readBody(lengthBytes: number, onBytes: BytesHandler): Promise<void> {
    let left = lengthBytes;
    const early = this.#early.subarray(0, left);
    const tooMuch = this.#early.length > left;
    this.#early = Buffer.alloc(0);
    left -= early.length;
    if (early.length > 0) await onBytes(early);
    if (left > 0) {
      await new Promise<void>((resolve, reject) => {
        if (this.destroyed) return reject(new Error("the connection was closed"));
        this.#onEnd = reject;
        this.#onBytes = (bytes) => {
          const piece = bytes.length > left ? bytes.subarray(0, left) : bytes;
          left -= piece.length;
          const handled = onBytes(piece);
          if (left > 0) return handled;
          this.#onBytes = null;
          this.#onEnd = null;
          if (piece.length < bytes.length) this.#socket.destroy();
          if (handled) handled.then(resolve, reject);
          else resolve();
        };
        this.#socket.resume();
      });
    }
    this.#release();
    if (tooMuch) this.#socket.destroy();
  }

  /** Nobody uses it for now: it may not keep the process alive, and goes after a while. */
  rest(idleMs: number, onGone: () => void): void {
    this.#socket.unref();
    this.#socket.once("close", onGone);
    this.#socket.setTimeout(idleMs, () => this.#socket.destroy());
  }

  /** Whether to go on reading into the buffer; false while its bytes are in use, or unasked for. */
  #received(bytes: Uint8Array): boolean {
    if (!this.#onBytes) {
      // Bytes after the answer, or between two: whatever they are, they are not ours.
      this.#socket.destroy();
      return false;
    }
    let handled: Promise<void> | void;
    try {
      handled = this.#onBytes(bytes);
    } catch (error) {
      this.#ended(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    if (!handled) return this.#onBytes !== null;
    handled.then(
      () => this.#onBytes && this.#socket.resume(),
      (error: unknown) => this.#ended(error instanceof Error ? error : new Error(String(error))),
    );
    return false;
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason;
    this.#ended(reason instanceof Error ? reason : new Error("stopped"));
  };

  #ended(error: Error): void {
    const onEnd = this.#onEnd;
    this.destroy();
    onEnd?.(error);
  }

  #release(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#signal = null;
    this.#onBytes = null;
    this.#onEnd = null;
  }
}

function parseHead(text: string): Head | null {
  const [statusLine, ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/u.exec(statusLine ?? "")?.[1];
  if (status === undefined) return null;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) return null;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    // Two different lengths: somebody on the way and we could disagree on where the body ends.
    if (name === "content-length" && headers.has(name) && headers.get(name) !== value) return null;
    headers.set(name, value);
  }
  return { status: Number(status), headers };
}
