// Opens ranges of one file at the hub, and uses no answer before it is checked.
import { fail, type Outcome } from "../../contract/failure";
import type { RepositoryName, Revision, Sha256 } from "../../contract/hub";
import type { HubClient } from "./HubClient";
import type { HttpResponse } from "./http";
import { BoundedBody } from "./BoundedBody";
import { failureOfContentNetwork, failureOfStatus } from "./hubFailure";

/** What is read of the reason for a refusal. */
const MAX_REASON_BYTES = 4096;

export interface OpenRange {
  /** The server ignored the range: the body is the file from its first byte. */
  wholeFile: boolean;
  readBody: HttpResponse["readBody"];
  discard(): void;
}

export interface HubFileIdentity {
  repository: RepositoryName;
  revision: Revision;
  path: string;
  sizeBytes: number;
  sha256: Sha256;
}

export class HubFileSource {
  readonly #client: HubClient;
  readonly #file: HubFileIdentity;
  /** Where the hub redirected to last: signed, good for an hour or so; saves a round trip per range. */
  #contentUrl: string | null = null;
  #etag: string | null = null;

  constructor(client: HubClient, file: HubFileIdentity) {
    this.#client = client;
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /** Bytes `start` (inclusive) to `end` (exclusive). */
  async open(start: number, end: number, signal: AbortSignal): Promise<Outcome<OpenRange>> {
    if (this.#contentUrl !== null) {
      const quick = await this.#request(this.#contentUrl, start, end, signal);
      if (quick !== "ask-the-hub") return quick;
      this.#contentUrl = null;
    }
    const { repository, revision, path } = this.#file;
    const answer = await this.#request(this.#client.fileUrl(repository, revision, path), start, end, signal);
    if (answer === "ask-the-hub") throw new Error("the hub was asked already");
    return answer;
  }

  async #request(
    url: string,
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<Outcome<OpenRange> | "ask-the-hub"> {
    const quick = url === this.#contentUrl;
    const headers: Record<string, string> = { range: `bytes=${start}-${end - 1}`, "accept-encoding": "identity" };
    // Only where the same server said it, and never a weak one: RFC 9110 forbids it.
    if (quick && this.#etag !== null) headers["if-range"] = this.#etag;
    const answer = await this.#client.openContent(url, headers, signal);
    if (!answer.ok) return answer;
    const { response, linked, hadToken } = answer.value;
    const refuse = (outcome: Outcome<never>): Outcome<never> => {
      response.discard();
      return outcome;
    };
    const { status } = response;
    const busy = status === 429 || status >= 500;
    if (quick && status !== 206 && !busy) {
      // Signature expired, or If-Range found another content: the hub knows which.
      response.discard();
      return "ask-the-hub";
    }
    if (status !== 206 && status !== 200 && status !== 416) {
      const atHub = answer.value.url.startsWith(`${this.#client.endpoint}/`);
      return refuse(
        atHub || busy
          ? failureOfStatus(response, hadToken)
          : failureOfContentNetwork(response, await beginningOf(response)),
      );
    }

    const linkedSha = linked.etag?.replace(/^W\//u, "").replaceAll('"', "") ?? "";
    const confirmed = linkedSha === this.#file.sha256;
    if (/^[0-9a-f]{64}$/u.test(linkedSha) && !confirmed)
      return refuse(fail("download-changed", undefined, "another SHA-256 at the hub"));
    if (status === 416) return refuse(fail("download-changed", undefined, "the file is shorter at the hub"));

    if (status === 200) {
      const length = response.header("content-length");
      if (/^text\/html/iu.test(response.header("content-type") ?? "")) return refuse(fail("download-not-a-file"));
      if (length !== String(this.sizeBytes))
        return refuse(fail("download-changed", undefined, `${length ?? "no"} bytes instead of ${this.sizeBytes}`));
    } else {
      const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/u.exec(response.header("content-range") ?? "");
      if (!range) return refuse(fail("hub-answer-invalid", undefined, "206 without a range"));
      const [, from, to, total] = range.map(Number);
      if (total !== this.sizeBytes)
        return refuse(fail("download-changed", undefined, `${total} bytes instead of ${this.sizeBytes}`));
      if (from !== start || to !== end - 1)
        return refuse(fail("hub-answer-invalid", undefined, "another range than asked for"));
    }

    const etag = strongEtag(response.header("etag"));
    if (this.#etag !== null && etag !== null && etag !== this.#etag && !confirmed) {
      if (quick) {
        response.discard();
        return "ask-the-hub";
      }
      this.#etag = etag;
      return refuse(fail("download-changed", undefined, "another ETag"));
    }
    this.#etag = etag;
    this.#contentUrl = answer.value.url;
    return {
      ok: true,
      value: {
        wholeFile: status === 200,
        readBody: (sink) => response.readBody(sink),
        discard: () => response.discard(),
      },
    };
  }
}

/** As text; what was read until it broke off, or is longer than any reason. */
async function beginningOf(response: HttpResponse): Promise<string> {
  const body = new BoundedBody(MAX_REASON_BYTES);
  await response.readBody(body).catch(() => undefined);
  return new TextDecoder().decode(body.bytes);
}

function strongEtag(header: string | null): string | null {
  return header !== null && /^"[^"]{1,200}"$/u.test(header) ? header : null;
}
