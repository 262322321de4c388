// What hub and downloads ask of the network: one GET, one answer, no redirect followed. A port; see fetchHttp and socketHttp.

export interface HttpRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  header(name: string): string | null;
  /**
   * Hands over the body piece by piece; the next piece comes when `onBytes` has settled, and a
   * piece's memory may be reused then. Rejects when the connection breaks before the body's end.
   */
  readBody(onBytes: (bytes: Uint8Array) => Promise<void> | void): Promise<void>;
  /** Lets go of the connection without reading on. */
  discard(): void;
}

/** Rejects when there is no answer (no network, no host, aborted); every status is an answer. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;
