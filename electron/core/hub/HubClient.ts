// Asks the model hub (Hugging Face, a mirror, or a hub on this computer): search, models, files, cards.
import type { z } from "zod";
import { fail, type Outcome } from "../../contract/failure";
import {
  RepositoryName,
  Sha256,
  type HubFile,
  type HubModel,
  type HubModelSummary,
  type HubQuery,
  type HubSearchPage,
  type Revision,
} from "../../contract/hub";
import { BodyTooLarge, BoundedBody } from "./BoundedBody";
import { followRedirects, type FollowedAnswer } from "./followRedirects";
import type { Http } from "./http";
import type { HubAddress } from "./hubAddress";
import { ModelAnswer, SearchAnswer, SearchRow, summaryOf, TreeAnswer } from "./hubAnswers";
import { failureOfStatus, waitAskedForMs } from "./hubFailure";
import { parseUrl } from "./parseUrl";
import { variantsOf } from "./variants";
import { backOffMs, wait, type BackOff } from "./wait";

/** Search asks for this many; the hub allows 1000. */
const SEARCH_PAGE_SIZE = 30;
/** A tree page of 1,000 entries is about 300 KB, a model with a long card 100 KB; memory is what is protected. */
const MAX_JSON_BYTES = 8_000_000;
const MAX_README_BYTES = 1_000_000;
/** 1,000 entries each; repositories with more files than this are no model repositories. */
const MAX_TREE_PAGES = 10;
/** Until the whole answer is here. */
const ANSWER_TIMEOUT_MS = 30_000;
const MAX_TRIES = 4;
/** A user is waiting: a longer wait is a failure that says how long. */
const MAX_WAIT_MS = 10_000;

export interface HubClientOptions {
  http: Http;
  /** For the contents of files; the same as `http` unless there is a quicker one. */
  contentHttp?: Http;
  address: HubAddress;
  /** The user's token, or null. Asked for each request, kept nowhere here. */
  token: () => Promise<string | null>;
  backOff?: BackOff;
}

export type HubRepository = Omit<HubModel, "variants"> & { files: HubFile[] };

export class HubClient {
  readonly #options: Required<HubClientOptions>;

  constructor(options: HubClientOptions) {
    this.#options = { backOff: { firstMs: 500, maxMs: 4000 }, contentHttp: options.http, ...options };
  }

  get endpoint(): string {
    return this.#options.address.endpoint;
  }

  /** GGUF repositories, or those of adapters, one page. The cursor of a page leads to the next one. */
  async search(query: HubQuery, signal: AbortSignal): Promise<Outcome<HubSearchPage>> {
    let url: string;
    if (query.cursor === null) {
      const parameters = new URLSearchParams({
        filter: query.of === "models" ? "gguf" : "peft",
        sort: query.sort,
        direction: "-1",
        limit: String(SEARCH_PAGE_SIZE),
      });
      if (query.text.trim() !== "") parameters.set("search", query.text.trim());
      if (query.family !== null) parameters.append("filter", query.family);
      if (query.parameters !== null) parameters.set("num_parameters", rangeWords(query.parameters));
      for (const field of ["downloads", "likes", "lastModified", "gated", "private", "tags", "cardData", "gguf"]) {
        parameters.append("expand[]", field);
      }
      url = `${this.endpoint}/api/models?${parameters}`;
    } else {
      url = query.cursor;
      if (!this.#isOwnApi(url)) return fail("hub-redirect-refused", undefined, "a cursor that leads elsewhere");
    }
    const answer = await this.#json(url, SearchAnswer, signal);
    if (!answer.ok) return answer;
    const models: HubModelSummary[] = [];
    for (const row of answer.value.body) {
      const parsed = SearchRow.safeParse(row);
      if (parsed.success) models.push(summaryOf(parsed.data));
    }
    return { ok: true, value: { models, cursor: answer.value.next } };
  }

  /** A repository at its newest commit, with its files grouped into variants. */
  async model(repository: string, signal: AbortSignal): Promise<Outcome<HubModel>> {
    const found = await this.repository(repository, signal);
    if (!found.ok) return found;
    const { files, ...model } = found.value;
    return { ok: true, value: { ...model, variants: variantsOf(files) } };
  }

  /** A repository at its newest commit, or at `revision`, with its files as they are. */
  async repository(
    repository: string,
    signal: AbortSignal,
    revision: Revision | null = null,
  ): Promise<Outcome<HubRepository>> {
    const name = RepositoryName.safeParse(repository);
    if (!name.success) return fail("hub-address-invalid", { repository: repository.slice(0, 200) });
    const answer = await this.#json(
      `${this.endpoint}/api/models/${name.data}${revision === null ? "" : `/revision/${revision}`}`,
      ModelAnswer,
      signal,
    );
    if (!answer.ok) return answer;
    const model = answer.value.body;
    // model.id, not the name asked for: a renamed repository answers under its new one.
    const files = await this.files(model.id, model.sha, signal);
    if (!files.ok) return files;
    const base = model.cardData?.base_model;
    return {
      ok: true,
      value: {
        summary: summaryOf(model),
        revision: model.sha,
        baseModel: (Array.isArray(base) ? base[0] : base) ?? null,
        licenceName: model.cardData?.license_name ?? null,
        licenceUrl: model.cardData?.license_link ?? null,
        files: files.value,
      },
    };
  }

  /** All files of a commit with size and, for large ones, SHA-256. */
  async files(repository: RepositoryName, revision: Revision, signal: AbortSignal): Promise<Outcome<HubFile[]>> {
    const files: HubFile[] = [];
    let url: string | null = `${this.endpoint}/api/models/${repository}/tree/${revision}?recursive=true&limit=1000`;
    for (let page = 0; url !== null; page++) {
      if (page === MAX_TREE_PAGES)
        return fail("hub-answer-too-large", undefined, `more than ${MAX_TREE_PAGES} pages of files`);
      const answer: Outcome<JsonAnswer<z.infer<typeof TreeAnswer>>> = await this.#json(url, TreeAnswer, signal);
      if (!answer.ok) return answer;
      for (const entry of answer.value.body) {
        if (entry.type !== "file") continue;
        const sha256 = Sha256.safeParse(entry.lfs?.oid.replace(/^sha256:/u, ""));
        files.push({
          path: entry.path,
          sizeBytes: entry.lfs?.size ?? entry.size ?? 0,
          sha256: sha256.success ? sha256.data : null,
        });
      }
      url = answer.value.next;
    }
    return { ok: true, value: files };
  }

  /** The model card's Markdown, as it is: hostile until rendered safely. Empty when there is none. */
  async readme(repository: RepositoryName, revision: Revision, signal: AbortSignal): Promise<Outcome<string>> {
    const text = await this.smallText(repository, revision, "README.md", MAX_README_BYTES, signal);
    return !text.ok && text.failure.code === "hub-not-found" ? { ok: true, value: "" } : text;
  }

  /** A file that is small and no LFS object. What is no UTF-8 in it becomes U+FFFD. */
  async smallText(
    repository: RepositoryName,
    revision: Revision,
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Outcome<string>> {
    const answer = await this.#answer(
      `${this.endpoint}/${repository}/raw/${revision}/${encodedPath(path)}`,
      maxBytes,
      signal,
    );
    return answer.ok ? { ok: true, value: new TextDecoder().decode(answer.value.bytes) } : answer;
  }

  /** The address of a file's content; the hub redirects from there. */
  fileUrl(repository: RepositoryName, revision: Revision, path: string): string {
    return `${this.endpoint}/${repository}/resolve/${revision}/${encodedPath(path)}`;
  }

  /** One request with redirects, no retries: for file contents, whose readers retry in their own way. */
  async openContent(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Outcome<FollowedAnswer & { hadToken: boolean }>> {
    const { contentHttp, address } = this.#options;
    const token = await this.#options.token();
    const answer = await followRedirects({ http: contentHttp, address, url, headers, token, signal });
    return answer.ok ? { ok: true, value: { ...answer.value, hadToken: token !== null } } : answer;
  }

  #isOwnApi(url: string): boolean {
    return url.startsWith(`${this.endpoint}/api/models`);
  }

  async #json<Schema extends z.ZodType>(
    url: string,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<Outcome<JsonAnswer<z.infer<Schema>>>> {
    const answer = await this.#answer(url, MAX_JSON_BYTES, signal);
    if (!answer.ok) return answer;
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer.value.bytes));
    } catch (error) {
      return fail("hub-answer-invalid", undefined, error);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      return fail(
        "hub-answer-invalid",
        undefined,
        parsed.error.issues
          .slice(0, 3)
          .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
          .join("; "),
      );
    }
    const next = nextLink(answer.value.link, url);
    return { ok: true, value: { body: parsed.data, next: next !== null && this.#isOwnApi(next) ? next : null } };
  }

  /** The whole body, retried while the hub is busy or the connection breaks. */
  async #answer(
    url: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Outcome<{ bytes: Uint8Array; link: string | null }>> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#answerOnce(url, maxBytes, signal);
      if (outcome.ok) return outcome;
      const { code } = outcome.failure;
      const isRetryable = code === "hub-offline" || code === "hub-unavailable" || code === "hub-rate-limited";
      const retryAfterMs = waitAskedForMs(outcome.failure);
      if (!isRetryable || signal.aborted || attempt + 1 >= MAX_TRIES || retryAfterMs > MAX_WAIT_MS) return outcome;
      await wait(Math.max(retryAfterMs, backOffMs(this.#options.backOff, attempt)), signal);
    }
  }

  async #answerOnce(
    url: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Outcome<{ bytes: Uint8Array; link: string | null }>> {
    if (signal.aborted) return fail("request-cancelled");
    const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const { http, address } = this.#options;
    const token = await this.#options.token();
    const answer = await followRedirects({
      http,
      address,
      url,
      headers: { accept: "application/json, text/plain" },
      token,
      signal: limited,
    });
    if (!answer.ok) return answer;
    const { response } = answer.value;
    if (response.status !== 200) {
      response.discard();
      return failureOfStatus(response, token !== null);
    }
    const body = new BoundedBody(maxBytes);
    try {
      await response.readBody(body);
    } catch (error) {
      response.discard();
      if (error instanceof BodyTooLarge) return fail("hub-answer-too-large", { maxBytes: String(maxBytes) });
      return fail(signal.aborted ? "request-cancelled" : "hub-offline", undefined, error);
    }
    return { ok: true, value: { bytes: body.bytes, link: response.header("link") } };
  }
}

/** "min:2B,max:9B", as the hub's own page asks. */
function rangeWords({ minBillions, maxBillions }: NonNullable<HubQuery["parameters"]>): string {
  return [
    ...(minBillions === null ? [] : [`min:${minBillions}B`]),
    ...(maxBillions === null ? [] : [`max:${maxBillions}B`]),
  ].join(",");
}

function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

interface JsonAnswer<Body> {
  body: Body;
  next: string | null;
}

/** RFC 8288, as far as the hub uses it: `<address>; rel="next"`. */
function nextLink(header: string | null, base: string): string | null {
  const found = header?.match(/<([^<>]{1,4000})>\s*;\s*rel="?next"?/u)?.[1];
  return found === undefined ? null : (parseUrl(found, base)?.href ?? null);
}
