// What the test hub can do wrong, and to which requests.

export type Misbehaviour =
  /** The connection breaks after so many bytes of the body. */
  | { kind: "cut"; afterBytes: number }
  /** The connection stays, but no byte comes any more. */
  | { kind: "stall"; afterBytes: number }
  | { kind: "slow"; bytesPerSecond: number }
  /** Says that the file is longer (or shorter) than the listing said. */
  | { kind: "wrong-length"; byBytes: number }
  /** One byte of the file is another one. */
  | { kind: "wrong-bytes"; atByte: number }
  | { kind: "status"; status: number; retryAfter?: string; errorCode?: string; errorMessage?: string; body?: string }
  /** 200 and a web page, as captive portals and proxies do. */
  | { kind: "html-page" }
  /** 200 and the whole file, whatever was asked for. */
  | { kind: "ignored-ranges" }
  /** 206 for another range than the one asked for. */
  | { kind: "shifted-range"; byBytes: number }
  /** A new ETag for each answer, of the content network as of the hub. */
  | { kind: "changed-etag" }
  /** The hub says another SHA-256 for the file than its listing did. */
  | { kind: "changed-file" }
  | { kind: "redirect"; location: string }
  /** 200 and this text in place of JSON. */
  | { kind: "text"; text: string; contentType?: string }
  /** More bytes than the length said, for as long as somebody reads. */
  | { kind: "endless" }
  /** The connection breaks before any answer. */
  | { kind: "refuse" };

/** The parts of the hub: JSON answers, the address of a file, the content network behind it. */
export type HubDoor = "api" | "raw" | "resolve" | "content";

export interface MisbehaviourRule {
  at: HubDoor | "any";
  /** Only for requests whose path has this. */
  path?: string;
  /** Lets so many matching requests pass first. */
  skip?: number;
  /** Then misbehaves for so many; for all, when left out. */
  times?: number;
  do: Misbehaviour;
}
