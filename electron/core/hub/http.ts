// What hub and downloads ask of the network: one GET, one answer, no redirect followed. A port; see fetchHttp and socketHttp.

export interface HttpRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  header(name: string): string | null;
  /** Fills the sink. Rejects when the connection breaks before the body's end, and with what the sink throws. */
  readBody(sink: BodySink): Promise<void>;
  /** Lets go of the connection without reading on. */
  discard(): void;
}

/** Takes a body without a copy: it says where the next bytes go, and learns how many were put there. */
export interface BodySink {
  /** Memory for the next bytes, one at least; throws when it takes no more. Asking twice gives the same memory. */
  room(): Uint8Array;
  /** The first so many bytes of the room are the body's. Until a returned promise has settled, the room is not touched. */
  took(lengthBytes: number): Promise<void> | void;
}

/** Rejects when there is no answer (no network, no host, aborted); every status is an answer. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;
