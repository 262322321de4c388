// A local server that speaks the part of the Hugging Face API that the app uses, and misbehaves when told to.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  hubRepository,
  sha256,
  type HubRepository,
  type HubRepositoryFile,
  type HubRepositoryOptions,
} from "./hubRepository";
import type { HubDoor, Misbehaviour, MisbehaviourRule } from "./misbehaviour";
import type { OwnAuthority } from "./ownAuthority";

const CANONICAL = "https://huggingface.co";
const WINDOW_SECONDS = 300;
type HubBucket = "api" | "resolvers" | "pages";
const BUCKET = { api: "api", resolve: "resolvers", raw: "pages" } as const;

/** Small, so that what was sent and what the other side received are never far apart. */
const PIECE_BYTES = 64 * 1024;

export interface HubRequestRecord {
  door: HubDoor;
  method: string;
  path: string;
  query: string;
  range: string | null;
  authorization: string | null;
  host: string;
  status: number;
  /** The part of the file that was sent: from, and how many bytes. */
  from: number;
  sentBytes: number;
  startedAtMs: number;
}

export class HubServer {
  /** What the app is configured with. */
  readonly endpoint: string;
  /** Another port, as the real hub's content network is another host. */
  readonly contentOrigin: string;
  readonly requests: HubRequestRecord[] = [];
  /** Tokens that may read everything gated or private. All others are refused, for public repositories too. */
  readonly tokens = new Set<string>();
  /** Tokens of accounts that were given access to nothing. */
  readonly tokensWithoutAccess = new Set<string>();
  /** Tokens that were good once. */
  readonly expiredTokens = new Set<string>();
  /** Passes on what the hub itself says, which names the hub and not the mirror. */
  isMirror = false;
  /** How many requests are taken in a window of 300 s, for each of the hub's three buckets. */
  quota: Partial<Record<HubBucket, number>> = {};
  readonly #asked: Record<HubBucket, number> = { api: 0, resolvers: 0, pages: 0 };
  /** Seconds until the window is over, as the hub says them. */
  renewedInSeconds = 300;
  /** Speed of file contents, all connections together; null for as fast as it goes. */
  bytesPerSecond: number | null = null;
  readonly #repositories = new Map<string, HubRepository>();
  readonly #renamed = new Map<string, string>();
  readonly #rules: { rule: MisbehaviourRule; seen: number }[] = [];
  readonly #servers: Server[];
  readonly #sockets = new Set<Socket>();
  readonly #hashes = new Map<HubRepositoryFile, string>();
  #paceMs = 0;
  #etagCounter = 0;

  private constructor(hub: Server, content: Server, scheme: "http" | "https") {
    this.#servers = [hub, content];
    this.endpoint = originOf(hub, scheme);
    this.contentOrigin = originOf(content, scheme);
    for (const server of this.#servers) {
      server.on("connection", (socket: Socket) => {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
      });
    }
    hub.on("request", (request, response) => void this.#hub(request, response).catch(() => response.destroy()));
    content.on("request", (request, response) => void this.#content(request, response).catch(() => response.destroy()));
  }

  /** With an authority: over https, by a certificate that nobody else knows. */
  static async start(authority: OwnAuthority | null = null): Promise<HubServer> {
    const create = (): Server => (authority === null ? createServer() : createSecureServer(authority.server));
    const servers = [create(), create()] as const;
    for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new HubServer(...servers, authority === null ? "http" : "https");
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  /** Breaks every connection and takes no new one: the network is gone. */
  async goOffline(): Promise<() => Promise<void>> {
    const ports = this.#servers.map((server) => (server.address() as AddressInfo).port);
    await this.stop();
    return async () => {
      for (const [index, server] of this.#servers.entries()) {
        await new Promise<void>((resolve) => server.listen(ports[index], "127.0.0.1", resolve));
      }
    };
  }

  add(options: HubRepositoryOptions): HubRepository {
    const repository = hubRepository(options);
    this.#repositories.set(repository.id, repository);
    return repository;
  }

  rename(from: string, to: string): void {
    this.#renamed.set(from, to);
  }

  /** Returns how to behave again. */
  misbehave(rule: MisbehaviourRule): () => void {
    const entry = { rule, seen: 0 };
    this.#rules.push(entry);
    return () => {
      const index = this.#rules.indexOf(entry);
      if (index !== -1) this.#rules.splice(index, 1);
    };
  }

  /** How many bytes of a file went out more often than once, over all requests. */
  bytesSentTwice(path: string): number {
    const parts = this.requests
      .filter((request) => request.door === "content" && request.path.endsWith(`/${path}`) && request.sentBytes > 0)
      .map(({ from, sentBytes }) => ({ from, to: from + sentBytes }))
      .sort((a, b) => a.from - b.from);
    let twice = 0;
    let end = 0;
    for (const { from, to } of parts) {
      twice += Math.max(0, Math.min(end, to) - from);
      end = Math.max(end, to);
    }
    return twice;
  }

  bytesSent(path: string): number {
    return this.requests
      .filter((request) => request.path.endsWith(`/${path}`))
      .reduce((sum, request) => sum + request.sentBytes, 0);
  }

  #ruleFor(door: HubDoor, path: string): Misbehaviour | null {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if ((rule.at !== "any" && rule.at !== door) || (rule.path !== undefined && !path.includes(rule.path))) continue;
      entry.seen++;
      const nth = entry.seen - (rule.skip ?? 0);
      if (nth >= 1 && nth <= (rule.times ?? Infinity)) return rule.do;
    }
    return null;
  }

  #record(door: HubDoor, request: IncomingMessage, path: string): HubRequestRecord {
    const record: HubRequestRecord = {
      door,
      method: request.method ?? "",
      path,
      query: request.url?.split("?")[1] ?? "",
      range: request.headers.range ?? null,
      authorization: request.headers.authorization ?? null,
      host: request.headers.host ?? "",
      status: 0,
      from: 0,
      sentBytes: 0,
      startedAtMs: Date.now(),
    };
    this.requests.push(record);
    return record;
  }

  async #hub(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.endpoint);
    const path = decodeURIComponent(url.pathname);
    const door: HubDoor = path.startsWith("/api/") ? "api" : path.includes("/raw/") ? "raw" : "resolve";
    const record = this.#record(door, request, path);
    response.on("finish", () => (record.status = response.statusCode));
    const rule = this.#ruleFor(door, path);
    if (rule && (await this.#misbehaveAnyhow(rule, response))) return;
    if (!this.#isWithinLimit(BUCKET[door], response) || !this.#isKnown(request, response)) return;
    if (door === "api") return this.#api(url, path, request, response, rule);
    const match = /^\/([^/]+\/[^/]+)\/(?:raw|resolve)\/([^/]+)\/(.+)$/u.exec(path);
    const repository = this.#open(match?.[1] ?? "", request, response);
    if (!repository) return;
    const file = repository.files.find((candidate) => candidate.path === match?.[3]);
    if (!this.#isRevision(repository, match?.[2])) return refuse(response, 404, "RevisionNotFound");
    if (!file) return refuse(response, 404, "EntryNotFound");
    response.setHeader("x-repo-commit", repository.revision);
    if (door === "raw" || file.plain)
      return this.#send(file, `"${this.#hashOf(file).slice(0, 40)}"`, record, rule, request, response);
    // What the real hub says about a file in LFS before it sends the reader on.
    response.setHeader(
      "x-linked-etag",
      `"${rule?.kind === "changed-file" ? sha256(Buffer.from("another file")) : this.#hashOf(file)}"`,
    );
    response.setHeader("x-linked-size", String(file.claimedSizeBytes ?? file.content.length));
    response.setHeader("etag", `"${this.#hashOf(file)}"`);
    response.setHeader("accept-ranges", "bytes");
    const signature = `?Expires=${Date.now() + 3_600_000}&Signature=test`;
    response.writeHead(302, {
      location: `${this.contentOrigin}/repos/${repository.id}/${file.path.split("/").map(encodeURIComponent).join("/")}${signature}`,
    });
    response.end("Found. Redirecting");
  }

  async #api(
    url: URL,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    rule: Misbehaviour | null,
  ): Promise<void> {
    if (path === "/api/models") return this.#search(url, request, response);
    const tree = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)$/u.exec(path);
    const info = /^\/api\/models\/([^/]+\/[^/]+?)(?:\/revision\/([^/]+))?$/u.exec(path);
    const id = tree?.[1] ?? info?.[1] ?? "";
    const renamed = this.#renamed.get(id);
    if (renamed !== undefined) {
      response.writeHead(307, { location: url.pathname.replace(id, renamed) + url.search });
      response.end();
      return;
    }
    const repository = this.#open(id, request, response);
    if (!repository) return;
    const revision = tree?.[2] ?? info?.[2];
    if (revision !== undefined && !this.#isRevision(repository, revision))
      return refuse(response, 404, "RevisionNotFound");
    if (rule?.kind === "slow") await sleep(1000);
    json(response, tree ? this.#tree(repository, url, response) : this.#describe(repository, true));
  }

  #search(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const words = (url.searchParams.get("search") ?? "").toLowerCase().split(/\s+/u).filter(Boolean);
    const filters = url.searchParams.getAll("filter");
    const tags = filters.filter((tag) => tag !== "gguf" && tag !== "peft");
    const range = url.searchParams.get("num_parameters") ?? "";
    const bound = (side: string, otherwise: number) =>
      Number(new RegExp(`${side}:([\\d.]+)B`, "u").exec(range)?.[1] ?? otherwise / 1e9) * 1e9;
    const sort = url.searchParams.get("sort") ?? "trendingScore";
    const limit = Math.min(1000, Number(url.searchParams.get("limit") ?? 30));
    const start = Number(Buffer.from(url.searchParams.get("cursor") ?? "", "base64").toString() || 0);
    const found = [...this.#repositories.values()]
      .filter((repository) => !repository.private || this.#mayRead(request))
      .filter((repository) => words.every((word) => repository.id.toLowerCase().includes(word)))
      .filter(
        ({ gguf }) =>
          range === "" || (gguf !== undefined && gguf.total >= bound("min", 0) && gguf.total <= bound("max", Infinity)),
      )
      .filter((repository) => filters.includes("peft") === holdsPeft(repository))
      .filter((repository) => tags.every((tag) => tagsOf(repository).includes(tag)))
      .sort((a, b) =>
        sort === "lastModified" || sort === "createdAt"
          ? a.lastModified < b.lastModified
            ? 1
            : -1
          : sort === "likes"
            ? b.likes - a.likes
            : b.downloads - a.downloads,
      );
    if (start + limit < found.length) {
      const next = new URL(url);
      next.searchParams.set("cursor", Buffer.from(String(start + limit)).toString("base64"));
      response.setHeader("link", this.#linkTo(next));
    }
    json(
      response,
      found.slice(start, start + limit).map((repository) => ({
        ...this.#describe(repository, false),
        ...(url.searchParams.getAll("expand[]").includes("sha") ? { sha: repository.revision } : {}),
      })),
    );
  }

  #describe(repository: HubRepository, withFiles: boolean): object {
    return {
      _id: repository.revision.slice(0, 24),
      id: repository.id,
      modelId: repository.id,
      ...(withFiles ? { author: repository.id.split("/")[0], sha: repository.revision, disabled: false } : {}),
      private: repository.private,
      gated: repository.gated,
      downloads: repository.downloads,
      likes: repository.likes,
      lastModified: repository.lastModified,
      tags: tagsOf(repository),
      ...(repository.licence
        ? {
            cardData: {
              license: repository.licence,
              ...(repository.baseModel ? { base_model: repository.baseModel } : {}),
            },
          }
        : {}),
      ...(repository.gguf ? { gguf: { ...repository.gguf, bos_token: "<s>", eos_token: "</s>" } } : {}),
      ...(withFiles ? { siblings: repository.files.map((file) => ({ rfilename: file.path })) } : {}),
    };
  }

  #tree(repository: HubRepository, url: URL, response: ServerResponse): unknown {
    const limit = Number(url.searchParams.get("limit") ?? 1000);
    const start = Number(Buffer.from(url.searchParams.get("cursor") ?? "", "base64").toString() || 0);
    if (start + limit < repository.files.length) {
      const next = new URL(url);
      next.searchParams.set("cursor", Buffer.from(String(start + limit)).toString("base64"));
      response.setHeader("link", this.#linkTo(next));
    }
    return repository.files.slice(start, start + limit).map((file) => {
      const size = file.claimedSizeBytes ?? file.content.length;
      return {
        type: "file",
        oid: this.#hashOf(file).slice(0, 40),
        size,
        ...(file.plain
          ? {}
          : {
              lfs: { oid: file.claimedSha256 ?? this.#hashOf(file), size, pointerSize: 134 },
              xetHash: this.#hashOf(file),
            }),
        path: file.path,
      };
    });
  }

  #linkTo(next: URL): string {
    const origin = this.isMirror ? CANONICAL : this.endpoint;
    return `<${origin}${next.pathname}${next.search}>; rel="next"`;
  }

  async #content(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? "/", this.contentOrigin).pathname);
    const record = this.#record("content", request, path);
    response.on("finish", () => (record.status = response.statusCode));
    const rule = this.#ruleFor("content", path);
    if (rule && (await this.#misbehaveAnyhow(rule, response))) return;
    const match = /^\/repos\/([^/]+\/[^/]+)\/(.+)$/u.exec(path);
    const file = this.#repositories.get(match?.[1] ?? "")?.files.find((candidate) => candidate.path === match?.[2]);
    if (!file) return refuse(response, 404);
    const etag =
      rule?.kind === "changed-etag" ? `"changed-${++this.#etagCounter}"` : `"${this.#hashOf(file).slice(0, 32)}"`;
    await this.#send(file, etag, record, rule, request, response);
  }

  async #send(
    file: HubRepositoryFile,
    etag: string,
    record: HubRequestRecord,
    rule: Misbehaviour | null,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const size = file.content.length + (rule?.kind === "wrong-length" ? rule.byBytes : 0);
    let from = 0;
    let to = size;
    const asked = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? "");
    const ifRange = request.headers["if-range"];
    if (asked && rule?.kind !== "ignored-ranges" && (ifRange === undefined || ifRange === etag)) {
      from = Number(asked[1]);
      to = asked[2] ? Math.min(size, Number(asked[2]) + 1) : size;
      if (from >= size || from >= to) {
        response.writeHead(416, { "content-range": `bytes */${size}` });
        response.end();
        return;
      }
      if (rule?.kind === "shifted-range") {
        from += rule.byBytes;
        to = Math.min(size, to + rule.byBytes);
      }
      response.writeHead(206, {
        "content-range": `bytes ${from}-${to - 1}/${size}`,
        "content-length": to - from,
        etag,
        "accept-ranges": "bytes",
        "content-type": "application/octet-stream",
      });
    } else {
      response.writeHead(200, {
        "content-length": size,
        etag,
        "accept-ranges": "bytes",
        "content-type": file.plain ? "text/plain; charset=utf-8" : "application/octet-stream",
      });
    }
    record.from = from;
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    let gone = false;
    response.on("close", () => (gone = true));
    for (let position = from; position < to && !gone;) {
      const sent = position - from;
      if (rule?.kind === "cut" && sent >= rule.afterBytes) {
        response.destroy();
        return;
      }
      if (rule?.kind === "stall" && sent >= rule.afterBytes) return;
      let end = Math.min(to, position + PIECE_BYTES);
      if (rule?.kind === "cut" || rule?.kind === "stall") end = Math.min(end, from + rule.afterBytes);
      let piece: Buffer = file.content.subarray(position, end);
      if (piece.length < end - position) piece = Buffer.concat([piece, Buffer.alloc(end - position - piece.length)]);
      if (rule?.kind === "wrong-bytes" && rule.atByte >= position && rule.atByte < end) {
        piece = Buffer.from(piece);
        const index = rule.atByte - position;
        piece[index] = (piece[index] ?? 0) ^ 0xff;
      }
      await this.#pace(piece.length, rule?.kind === "slow" ? rule.bytesPerSecond : null);
      if (gone) return;
      record.sentBytes += piece.length;
      position = end;
      if (!response.write(piece)) await drained(response);
    }
    if (rule?.kind === "endless") {
      // Past the length, on the bare socket: Node's server itself would not.
      const socket = response.socket;
      while (socket && !gone && !socket.destroyed) {
        if (!socket.write(Buffer.alloc(PIECE_BYTES, 120)))
          await new Promise((resolve) => socket.once("drain", resolve).once("close", resolve));
      }
    }
    response.end();
  }

  /** Keeps all contents together at the given speed; a slow answer has its own. */
  async #pace(bytes: number, ownBytesPerSecond: number | null): Promise<void> {
    if (ownBytesPerSecond !== null) return void (await sleep((bytes * 1000) / ownBytesPerSecond));
    if (this.bytesPerSecond === null) return;
    const now = performance.now();
    this.#paceMs = Math.max(this.#paceMs, now - 20) + (bytes * 1000) / this.bytesPerSecond;
    if (this.#paceMs > now + 1) await sleep(this.#paceMs - now);
  }

  /** Begins a new window. */
  renew(): void {
    for (const bucket of ["api", "resolvers", "pages"] as const) this.#asked[bucket] = 0;
  }

  /** As huggingface.co/docs/hub/rate-limits says it. */
  #isWithinLimit(bucket: HubBucket, response: ServerResponse): boolean {
    const quota = this.quota[bucket];
    if (quota === undefined) return true;
    const asked = ++this.#asked[bucket];
    response.setHeader("ratelimit", `"${bucket}";r=${Math.max(0, quota - asked)};t=${this.renewedInSeconds}`);
    response.setHeader("ratelimit-policy", `"fixed window";"${bucket}";q=${quota};w=${WINDOW_SECONDS}`);
    if (asked <= quota) return true;
    refuse(response, 429);
    return false;
  }

  /** A token that the hub does not know is refused, whatever it was sent for. */
  #isKnown({ headers }: IncomingMessage, response: ServerResponse): boolean {
    const token = headers.authorization?.replace(/^Bearer /u, "");
    if (token === undefined || this.tokens.has(token) || this.tokensWithoutAccess.has(token)) return true;
    const message = this.expiredTokens.has(token)
      ? 'User Access Token "laptop" is expired'
      : "Invalid credentials in Authorization header";
    response.setHeader("x-error-message", message);
    refuse(response, 401);
    return false;
  }

  /** Misbehaviour that needs to know nothing of the request. */
  async #misbehaveAnyhow(rule: Misbehaviour, response: ServerResponse): Promise<boolean> {
    switch (rule.kind) {
      case "refuse":
        response.destroy();
        return true;
      case "status":
        if (rule.retryAfter !== undefined) response.setHeader("retry-after", rule.retryAfter);
        if (rule.errorCode !== undefined) response.setHeader("x-error-code", rule.errorCode);
        if (rule.errorMessage !== undefined) response.setHeader("x-error-message", rule.errorMessage);
        response.writeHead(rule.status, {
          "content-type": rule.body?.startsWith("<") ? "application/xml" : "application/json",
        });
        response.end(rule.body ?? JSON.stringify({ error: "told to" }));
        return true;
      case "redirect":
        response.writeHead(302, { location: rule.location });
        response.end();
        return true;
      case "html-page":
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
        response.end("<!doctype html><title>Log in</title><p>Please log in to use this network.");
        return true;
      case "text":
        response.writeHead(200, { "content-type": rule.contentType ?? "application/json" });
        response.end(rule.text);
        return true;
      default:
        return false;
    }
  }

  /** The repository, when this request may see it; else the hub's own way to say no. */
  #open(id: string, request: IncomingMessage, response: ServerResponse): HubRepository | null {
    const repository = this.#repositories.get(id);
    const known = this.#mayRead(request);
    if (!repository || (repository.private && !known)) {
      refuse(response, request.headers.authorization ? 404 : 401, "RepoNotFound");
      return null;
    }
    if (repository.isDisabled) {
      response.setHeader("x-error-message", "Access to this resource is disabled.");
      refuse(response, 403);
      return null;
    }
    // The listing of a gated repository is open; its files are not.
    if (repository.gated && !known && !request.url?.startsWith("/api/")) {
      refuse(response, request.headers.authorization ? 403 : 401, "GatedRepo");
      return null;
    }
    return repository;
  }

  #mayRead(request: IncomingMessage): boolean {
    return this.tokens.has((request.headers.authorization ?? "").replace(/^Bearer /u, ""));
  }

  #isRevision(repository: HubRepository, revision: string | undefined): boolean {
    return revision === "main" || revision === repository.revision;
  }

  #hashOf(file: HubRepositoryFile): string {
    const known = this.#hashes.get(file) ?? sha256(file.content);
    this.#hashes.set(file, known);
    return known;
  }
}

function originOf(server: Server, scheme: "http" | "https"): string {
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, errorCode?: string): void {
  if (errorCode !== undefined) response.setHeader("x-error-code", errorCode);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: errorCode ?? "no" }));
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      response.off("drain", finish);
      response.off("close", finish);
      resolve();
    };
    response.on("drain", finish);
    response.on("close", finish);
  });
}

/** Of its card: what architecture its files have is no tag. */
function tagsOf(repository: HubRepository): string[] {
  return [
    holdsPeft(repository) ? "peft" : "gguf",
    ...repository.tags,
    ...(repository.licence ? [`license:${repository.licence}`] : []),
  ];
}

/** What makes the real hub list a repository under its library "peft". */
function holdsPeft({ files }: HubRepository): boolean {
  return files.some(({ path }) => path === "adapter_config.json");
}
