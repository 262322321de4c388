// Asks the model hub (Hugging Face, a mirror, or a hub on this computer): search, models, files, cards.
import { fail, succeed, type Outcome } from "../../contract/failure";
import {
  RepositoryName,
  type HubFile,
  type HubModel,
  type HubQuery,
  type HubSearchPage,
  type HubVariant,
  type Revision,
} from "../../contract/hub";
import { isOfFamily, modelFamily } from "../../contract/modelFamilies";
import { BodyTooLarge, BoundedBody } from "./BoundedBody";
import { followRedirects, type FollowedAnswer } from "./followRedirects";
import type { Http } from "./http";
import type { HubAddress } from "./hubAddress";
import type { AnswerOf, QuestionOf } from "../worker/questions";
import type { WorkerThreads } from "../worker/WorkerThreads";
import { failureOfStatus } from "./hubFailure";
import { KeptAnswers } from "./KeptAnswers";
import { parseUrl } from "./parseUrl";
import { RateLimits, waitAskedForMs } from "./rateLimit";
import { hubReaders, type HubAnswerKind, type HubModelFacts } from "./readHubAnswer";
import { variantsOf } from "./variants";
import { backOffMs, wait, type BackOff } from "./wait";

/** Search asks for this many; the hub allows 1000. */
const SEARCH_PAGE_SIZE = 30;
/** Of models with a family's words and another architecture, before the user is asked whether to search further. */
const MAX_EMPTY_PAGES = 3;
/** A tree page of 1,000 entries is about 300 KB, a model with a long card 100 KB; memory is what is protected. */
const MAX_JSON_BYTES = 8_000_000;
/** Of a larger answer, reading alone could hold this thread for a tenth of a second. */
const MAX_BYTES_HERE = 200_000;
/** Where search, models and trees are, below the endpoint. */
const API = "/api/models";
const MAX_README_BYTES = 1_000_000;
/** 1,000 entries each; repositories with more files than this are no model repositories. */
const MAX_TREE_PAGES = 10;
const MAX_FILES = 10_000;
/** For so long, what the hub said of a model's newest commit stands. */
const FRESH_MS = 60 * 60 * 1000;
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
  now?: () => number;
  /** Answers of before. */
  kept?: KeptAnswers;
  /** Shared by all who ask the same hub. */
  limits?: RateLimits;
  /** Reads large answers; without it they are read here. */
  worker?: WorkerThreads | null;
}

export type HubRepository = HubModelFacts & { files: HubFile[] };

export class HubClient {
  readonly #options: Required<HubClientOptions>;

  constructor(options: HubClientOptions) {
    this.#options = {
      backOff: { firstMs: 500, maxMs: 4000 },
      contentHttp: options.http,
      worker: null,
      now: Date.now,
      kept: KeptAnswers.none(),
      limits: new RateLimits(options.now ?? Date.now),
      ...options,
    };
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
        limit: String(SEARCH_PAGE_SIZE),
      });
      const words = [query.text.trim(), query.family === null ? "" : modelFamily(query.family).words];
      if (words.some(Boolean)) parameters.set("search", words.filter(Boolean).join(" "));
      if (query.parameters !== null) parameters.set("num_parameters", rangeWords(query.parameters));
      for (const field of [
        "downloads",
        "likes",
        "lastModified",
        "gated",
        "private",
        "tags",
        "cardData",
        "gguf",
        "sha",
      ]) {
        parameters.append("expand[]", field);
      }
      url = `${this.endpoint}${API}?${parameters}`;
    } else {
      url = query.cursor;
      if (!this.#isOwnApi(url)) return fail("hub-redirect-refused", undefined, "a cursor that leads elsewhere");
    }
    const { family } = query;
    for (let page = 1; ; page++) {
      const answer = await this.#ask("hub-search", url, signal);
      if (!answer.ok) return answer;
      const { read, next } = answer.value;
      for (const { summary, facts } of read)
        if (facts !== null) this.#options.kept.noteFacts(this.endpoint, summary.repository, facts);
      const models = read
        .map(({ summary }) => summary)
        .filter(({ architecture }) => family === null || isOfFamily(family, architecture));
      if (models.length > 0 || next === null || page === MAX_EMPTY_PAGES) return succeed({ models, cursor: next });
      url = next;
    }
  }

  /** A repository at its newest commit, with its files grouped into variants; as kept where it was asked for lately, and not `isFresh`. */
  async model(repository: string, signal: AbortSignal, isFresh = false): Promise<Outcome<HubModel>> {
    const found = await this.#repository(repository, signal, null, isFresh);
    if (!found.ok) return found;
    const { files, ...model } = found.value;
    const variants = await this.#variants(files);
    return variants.ok ? succeed({ ...model, variants: variants.value }) : variants;
  }

  /** A repository at its newest commit, or at `revision`, with its files as they are now. */
  repository(
    repository: string,
    signal: AbortSignal,
    revision: Revision | null = null,
  ): Promise<Outcome<HubRepository>> {
    return this.#repository(repository, signal, revision, true);
  }

  async #repository(
    repository: string,
    signal: AbortSignal,
    revision: Revision | null,
    isFresh: boolean,
  ): Promise<Outcome<HubRepository>> {
    const name = RepositoryName.safeParse(repository);
    if (!name.success) return fail("hub-address-invalid", { repository: repository.slice(0, 200) });
    const model = await this.#facts(name.data, signal, revision, isFresh);
    if (!model.ok) return model;
    // summary.repository, not the name asked for: a renamed repository answers under its new one.
    const files = await this.files(model.value.summary.repository, model.value.revision, signal);
    return files.ok ? succeed({ ...model.value, files: files.value }) : files;
  }

  async #facts(
    repository: RepositoryName,
    signal: AbortSignal,
    revision: Revision | null,
    isFresh: boolean,
  ): Promise<Outcome<HubModelFacts>> {
    const { kept, now } = this.#options;
    const known = isFresh || revision !== null ? null : await kept.factsOf(this.endpoint, repository);
    if (known !== null && now() - known.askedAtMs < FRESH_MS) return succeed(known.facts);
    const at = revision === null ? "" : `/revision/${revision}`;
    const answer = await this.#ask("hub-model", `${this.endpoint}${API}/${repository}${at}`, signal);
    // Old facts are better than none, for as long as the hub takes no questions.
    if (!answer.ok) return known !== null && answer.failure.code === "hub-rate-limited" ? succeed(known.facts) : answer;
    const facts = answer.value.read;
    if (revision === null)
      for (const name of new Set([repository, facts.summary.repository])) kept.noteFacts(this.endpoint, name, facts);
    return succeed(facts);
  }

  /** All files of a commit with size and, for large ones, SHA-256. A commit does not change: what is kept of it is true. */
  async files(repository: RepositoryName, revision: Revision, signal: AbortSignal): Promise<Outcome<HubFile[]>> {
    const { kept } = this.#options;
    const known = await kept.filesOf(this.endpoint, repository, revision);
    if (known !== null) return succeed(known);
    const files = await this.#askForFiles(repository, revision, signal);
    if (files.ok) kept.noteFiles(this.endpoint, repository, revision, files.value);
    return files;
  }

  async #askForFiles(repository: RepositoryName, revision: Revision, signal: AbortSignal): Promise<Outcome<HubFile[]>> {
    const files: HubFile[] = [];
    let url: string | null = `${this.endpoint}${API}/${repository}/tree/${revision}?recursive=true&limit=1000`;
    // All pages together, as they are kept together.
    let bytesLeft = MAX_JSON_BYTES;
    for (let page = 0; url !== null; page++) {
      if (page === MAX_TREE_PAGES)
        return fail("hub-answer-too-large", undefined, `more than ${MAX_TREE_PAGES} pages of files`);
      const answer: Outcome<HubAnswer<HubFile[]>> = await this.#ask("hub-files", url, signal, bytesLeft);
      if (!answer.ok) return answer;
      for (const file of answer.value.read) files.push(file);
      bytesLeft -= answer.value.sizeBytes;
      url = answer.value.next;
      if (files.length > MAX_FILES) return fail("hub-answer-too-large", undefined, `more than ${MAX_FILES} files`);
    }
    return succeed(files);
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
    return this.#follow(this.#options.contentHttp, url, headers, signal);
  }

  /** Asks nothing while the hub takes no requests. */
  async #follow(
    http: Http,
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Outcome<FollowedAnswer & { hadToken: boolean }>> {
    const refusal = this.#isOwn(url) ? this.#options.limits.refusal(url) : null;
    if (refusal !== null) return refusal;
    const token = await this.#options.token();
    const answer = await followRedirects({ http, address: this.#options.address, url, headers, token, signal });
    if (!answer.ok) return answer;
    if (this.#isOwn(answer.value.url)) this.#options.limits.answered(url, answer.value.response);
    return succeed({ ...answer.value, hadToken: token !== null });
  }

  #isOwn(url: string): boolean {
    return url.startsWith(`${this.endpoint}/`);
  }

  #isOwnApi(url: string): boolean {
    return url.startsWith(`${this.endpoint}${API}`);
  }

  /**
   * The next page's address. A mirror passes on what the hub says, which names the hub itself; a proxy may name an address of its own.
   * Whoever is named, the page is at the endpoint that was asked.
   */
  #nextPage(link: string | null): Outcome<string | null> {
    if (link === null) return succeed(null);
    const found = nextLink(link);
    if (found === null) return succeed(null);
    const url = parseUrl(found, `${this.endpoint}/`);
    const start = url?.pathname.indexOf(API) ?? -1;
    // To leave out what follows would be worse than to say so.
    if (url === null || start === -1)
      return fail("hub-answer-invalid", undefined, "a next page that is none of the hub's");
    return succeed(`${this.endpoint}${url.pathname.slice(start)}${url.search}`);
  }

  async #ask<Kind extends HubAnswerKind>(
    kind: Kind,
    url: string,
    signal: AbortSignal,
    maxBytes = MAX_JSON_BYTES,
  ): Promise<Outcome<HubAnswer<AnswerOf<Kind>>>> {
    const answer = await this.#answer(url, maxBytes, signal);
    if (!answer.ok) return answer;
    const { bytes, link } = answer.value;
    const sizeBytes = bytes.length;
    const read = await this.#read(kind, bytes);
    if (!read.ok) return read;
    const next = this.#nextPage(link);
    return next.ok ? succeed({ read: read.value, sizeBytes, next: next.value }) : next;
  }

  /** Large ones on another thread, so that no hub holds this one. */
  async #read<Kind extends HubAnswerKind>(kind: Kind, body: Uint8Array<ArrayBuffer>): Promise<Outcome<AnswerOf<Kind>>> {
    const { worker } = this.#options;
    if (worker === null || body.length <= MAX_BYTES_HERE) return hubReaders[kind](body) as Outcome<AnswerOf<Kind>>;
    const question = { kind, body } as unknown as QuestionOf<Kind>;
    return worker.ask(question, [body.buffer]).catch((error: unknown) => fail("hub-answer-invalid", undefined, error));
  }

  async #variants(files: HubFile[]): Promise<Outcome<HubVariant[]>> {
    const { worker } = this.#options;
    const characters = files.reduce((sum, { path }) => sum + path.length, 0);
    if (worker === null || characters <= MAX_BYTES_HERE / 2) return succeed(variantsOf(files));
    return worker
      .ask({ kind: "hub-variants", files })
      .catch((error: unknown) => fail("hub-answer-invalid", undefined, error));
  }

  /** The whole body, retried while the hub is busy or the connection breaks. */
  async #answer(
    url: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Outcome<{ bytes: Uint8Array<ArrayBuffer>; link: string | null }>> {
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
  ): Promise<Outcome<{ bytes: Uint8Array<ArrayBuffer>; link: string | null }>> {
    if (signal.aborted) return fail("request-cancelled");
    const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const headers = { accept: "application/json, text/plain" };
    const answer = await this.#follow(this.#options.http, url, headers, limited);
    if (!answer.ok) return answer;
    const { response, hadToken } = answer.value;
    if (response.status !== 200) {
      response.discard();
      return failureOfStatus(response, hadToken);
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

interface HubAnswer<Read> {
  read: Read;
  sizeBytes: number;
  next: string | null;
}

/** RFC 8288, as far as the hub uses it: `<address>; rel="next"`. */
function nextLink(header: string): string | null {
  return header.match(/<([^<>]{1,4000})>\s*;\s*rel="?next"?/u)?.[1] ?? null;
}
