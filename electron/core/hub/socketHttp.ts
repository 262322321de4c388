// The network port over bare sockets, for large contents: the system reads straight into the sink, at a third of the processor time of fetch.
//
// It speaks as much HTTP/1.1 as content networks answer with: a head and a body of known length. For every
// other answer (chunked, compressed) it asks again through the port it was given.
import net from "node:net";
import tls from "node:tls";
import type { BodySink, Http, HttpRequest } from "./http";

/**
 * For heads, and for the first bytes after a sink was busy: which buffer is read into next is settled when reading pauses. Small,
 * because they are copied: with 64 KiB those copies and their garbage were a quarter of a download's processor time.
 */
const OWN_BUFFER_BYTES = 2 * 1024;
/** Signed addresses and policies make heads of some KB; Node's own limit is 16 KiB. */
const MAX_HEAD_BYTES = 64 * 1024;
/** A content network says in some hundred bytes why it refuses. */
const MAX_ERROR_BYTES = 16 * 1024;
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
      readBody: async (sink) => {
        await connection.readBody(lengthBytes, sink);
        if (head.headers.get("connection")?.toLowerCase() === "close" || connection.destroyed)
          return connection.destroy();
        idle.set(url.origin, [...(idle.get(url.origin) ?? []), connection]);
        connection.rest(IDLE_MS, () => {
          idle.set(
            url.origin,
            (idle.get(url.origin) ?? []).filter((other) => other !== connection),
          );
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
  const length = headers.get("content-length");
  const isPlain = !headers.has("transfer-encoding") && (headers.get("content-encoding") ?? "identity") === "identity";
  const lengthBytes = isPlain && length !== undefined && /^\d{1,15}$/u.test(length) ? Number(length) : null;
  if (status === 200 || status === 206) return lengthBytes;
  // A content network's refusal, of a length that only its end tells: why is worth another request.
  if (status >= 400 && status <= 403 && !isPlain && /xml/iu.test(headers.get("content-type") ?? "")) return null;
  // Redirects are let go unread, and so are errors that are no few words.
  return status >= 400 && lengthBytes !== null && lengthBytes <= MAX_ERROR_BYTES ? lengthBytes : 0;
}

interface Body {
  sink: BodySink;
  leftBytes: number;
  onRead: () => void;
}

/** One connection, one request at a time. Reading stops whenever nobody has room for bytes. */
class Connection {
  readonly #socket: net.Socket;
  readonly #ownBuffer = new Uint8Array(OWN_BUFFER_BYTES);
  #onHead: ((bytes: Uint8Array) => void) | null = null;
  #body: Body | null = null;
  #onEnd: ((error: Error) => void) | null = null;
  /** The head is here, its body has not been asked for. */
  #answered = false;
  /** The sink takes no more for now. */
  #sinkIsBusy = false;
  /** Of the body, but arrived in the own buffer: with the head, or decrypted after reading was stopped. */
  #waiting: Buffer[] = [];
  #signal: AbortSignal | null = null;

  constructor(url: URL) {
    const secure = url.protocol === "https:";
    const host = url.hostname.replace(/^\[|\]$/gu, "");
    const options = {
      host,
      port: Number(url.port || (secure ? 443 : 80)),
      noDelay: true,
      onread: {
        buffer: (): Uint8Array => this.#room(),
        callback: (length: number, buffer: Uint8Array): boolean => this.#received(length, buffer),
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
      this.#onHead = (bytes) => {
        gathered = Buffer.concat([gathered, bytes]);
        for (;;) {
          const end = gathered.indexOf("\r\n\r\n");
          if (end === -1) {
            // Left over from the answer before, for example: waiting for more of it would last forever.
            if (!beginsLikeHead(gathered)) this.#ended(new Error("not an HTTP answer"));
            else if (gathered.length > MAX_HEAD_BYTES) this.#ended(new Error("a head without end"));
            return;
          }
          const head = parseHead(gathered.toString("latin1", 0, end));
          if (!head) return this.#ended(new Error("not an HTTP answer"));
          gathered = gathered.subarray(end + 4);
          // 100 and 103 announce the answer, they are not it.
          if (head.status < 200) continue;
          if (gathered.length > 0) this.#waiting.push(gathered);
          this.#onHead = null;
          this.#onEnd = null;
          this.#answered = true;
          return resolve(head);
        }
      };
      this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
      this.#socket.resume();
    });
  }

  async readBody(lengthBytes: number, sink: BodySink): Promise<void> {
    this.#answered = false;
    if (lengthBytes > 0) {
      await new Promise<void>((onRead, reject) => {
        this.#onEnd = reject;
        this.#body = { sink, leftBytes: lengthBytes, onRead };
        this.#goOn();
      });
    }
    const tooMuch = this.#waiting.length > 0;
    this.#release();
    if (tooMuch) this.#socket.destroy();
  }

  /** Nobody uses it for now: it may not keep the process alive, and goes after a while. */
  rest(idleMs: number, onGone: () => void): void {
    this.#socket.unref();
    this.#socket.once("close", onGone);
    this.#socket.setTimeout(idleMs, () => this.#socket.destroy());
    // The end of the connection is only seen by reading, and so are bytes that nobody asked for.
    this.#socket.resume();
  }

  /** Where the system puts what it reads next. */
  #room(): Uint8Array {
    const body = this.#body;
    if (body === null || this.#sinkIsBusy || this.#waiting.length > 0) return this.#ownBuffer;
    try {
      return body.sink.room().subarray(0, body.leftBytes);
    } catch (error) {
      this.#onError(error);
      return this.#ownBuffer;
    }
  }

  /** Whether to go on reading. */
  #received(length: number, buffer: Uint8Array): boolean {
    if (buffer !== this.#ownBuffer) return this.#took(length);
    const bytes = buffer.subarray(0, length);
    if (this.#onHead) {
      this.#onHead(bytes);
      return this.#onHead !== null;
    }
    if (!this.#body && !this.#answered) {
      // Bytes after the answer, or between two: whatever they are, they are not ours.
      this.#socket.destroy();
      return false;
    }
    this.#waiting.push(Buffer.from(bytes));
    return this.#pour();
  }

  /** Gives the sink what waits. Whether to go on reading. */
  #pour(): boolean {
    while (this.#body && !this.#sinkIsBusy) {
      const [bytes] = this.#waiting;
      if (bytes === undefined) return true;
      try {
        const room = this.#body.sink.room().subarray(0, this.#body.leftBytes);
        const length = Math.min(bytes.length, room.length);
        room.set(bytes.subarray(0, length));
        if (length < bytes.length) this.#waiting[0] = bytes.subarray(length);
        else this.#waiting.shift();
        this.#took(length);
      } catch (error) {
        this.#onError(error);
      }
    }
    return false;
  }

  /** So many bytes are in the sink's room. Whether to go on reading. */
  #took(length: number): boolean {
    const body = this.#body;
    if (!body) return false;
    body.leftBytes -= length;
    let taking: Promise<void> | void;
    try {
      taking = body.sink.took(length);
    } catch (error) {
      this.#onError(error);
      return false;
    }
    if (!taking) return this.#wantsMore(body);
    this.#sinkIsBusy = true;
    taking.then(() => {
      if (this.#body !== body) return;
      this.#sinkIsBusy = false;
      if (this.#wantsMore(body)) this.#goOn();
    }, this.#onError);
    return false;
  }

  #wantsMore(body: Body): boolean {
    if (body.leftBytes > 0) return true;
    this.#body = null;
    this.#onEnd = null;
    body.onRead();
    return false;
  }

  #goOn(): void {
    if (!this.#pour()) return;
    if (this.destroyed) this.#ended(new Error("the connection was closed"));
    else this.#socket.resume();
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason;
    this.#onError(reason);
  };

  readonly #onError = (error: unknown): void => this.#ended(error instanceof Error ? error : new Error(String(error)));

  #ended(error: Error): void {
    const onEnd = this.#onEnd;
    this.destroy();
    onEnd?.(error);
  }

  #release(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#signal = null;
    this.#onHead = null;
    this.#body = null;
    this.#onEnd = null;
    this.#answered = false;
    this.#sinkIsBusy = false;
    this.#waiting = [];
  }
}

const HEAD_BEGINS = Buffer.from("HTTP/1.");

function beginsLikeHead(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, HEAD_BEGINS.length);
  return HEAD_BEGINS.compare(bytes, 0, length, 0, length) === 0;
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
