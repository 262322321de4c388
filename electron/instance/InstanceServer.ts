// Opens the application that holds a data folder to the other programs of its user, over a socket that only they can use.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { INSTANCE_PROTOCOL, ToInstance, type FromInstance } from "../contract/instanceProtocol";
import { events } from "../contract/events";
import type { Application } from "../core/createApplication";
import type { SharedEventName } from "../core/EventStream";
import type { Log } from "../core/LogFile";
import type { CoreMethodName } from "../core/methods/CoreHandlers";
import { removeInstanceAddress, writeInstanceAddress } from "./instanceAddress";
import { jsonLines } from "./JsonLines";

/** A Unix socket's path is shorter than other paths: 108 bytes on Linux, 104 on macOS, with the zero at the end. */
const MAX_SOCKET_PATH_BYTES = 103;
const HELLO_TIMEOUT_MS = 5_000;
/** Far above what commands of one user need. */
const MAX_CLIENTS = 64;

export interface InstanceServerOptions {
  application: Pick<Application, "call" | "events" | "readTokens">;
  folder: string;
  /** Shown to those who wait for it: "window", "facet quantize". */
  holder: string;
  /** Somebody with a longer life wants the folder. */
  onReleaseWanted: () => void;
  log: Log;
}

export class InstanceServer {
  readonly #options: InstanceServerOptions;
  readonly #server: Server;
  readonly #token = randomBytes(32).toString("hex");
  readonly #clients = new Set<Socket>();
  readonly #working = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  #socketFolder: string | null = null;

  constructor(options: InstanceServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#connected(socket));
    this.#server.on("error", (error) => options.log("error", "instance server", { error: String(error) }));
  }

  /** Reachable from here on. Throws when no socket can be made. */
  async open(): Promise<void> {
    const { folder, holder } = this.#options;
    let address = this.#addressInFolder();
    try {
      await this.#listen(address);
    } catch {
      // Disks that know no sockets, and long paths.
      address = this.#addressElsewhere();
      await this.#listen(address);
    }
    // The application's own work keeps the process, not its door.
    this.#server.unref();
    writeInstanceAddress(folder, {
      protocol: INSTANCE_PROTOCOL,
      pid: process.pid,
      address,
      token: this.#token,
      holder,
    });
  }

  async #listen(address: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      // The socket's file is made inside this call.
      const mask = process.umask(0o177);
      this.#server.listen(address, () => {
        this.#server.off("error", reject);
        resolve();
      });
      process.umask(mask);
    });
    if (process.platform !== "win32") chmodSync(address, 0o600);
  }

  get isWorking(): boolean {
    return this.#working.size > 0;
  }

  /** Resolves when no client is in the middle of anything. */
  whenIdle(): Promise<void> {
    return this.isWorking ? new Promise((resolve) => void this.#waiting.add(resolve)) : Promise.resolve();
  }

  async close(): Promise<void> {
    removeInstanceAddress(this.#options.folder);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#clients) socket.destroy();
    await closed;
    if (this.#socketFolder !== null) rmSync(this.#socketFolder, { recursive: true, force: true });
  }

  #addressInFolder(): string {
    if (process.platform === "win32") return String.raw`\\.\pipe\facet-${randomBytes(16).toString("hex")}`;
    const file = path.join(this.#options.folder, "instance.sock");
    if (Buffer.byteLength(file) > MAX_SOCKET_PATH_BYTES) return this.#addressElsewhere();
    // Of a holder that was killed: the folder is locked, so nobody else listens there.
    if (lstatSync(file, { throwIfNoEntry: false })?.isSocket() === true) rmSync(file, { force: true });
    return file;
  }

  /** In a new folder that only this user may enter. */
  #addressElsewhere(): string {
    this.#socketFolder = mkdtempSync(path.join(tmpdir(), "facet-"));
    return path.join(this.#socketFolder, "instance.sock");
  }

  #connected(socket: Socket): void {
    if (this.#clients.size >= MAX_CLIENTS) {
      socket.destroy();
      return;
    }
    const { application, log } = this.#options;
    this.#clients.add(socket);
    const subscriptions = new Map<string, () => void>();
    let isWelcome = false;
    let stopReading: (() => void) | null = null;
    const impatience = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    const { send } = jsonLines(socket, (message) => {
      const read = ToInstance.safeParse(message);
      if (!read.success) {
        log("warn", "message of a program not understood");
        socket.destroy();
        return;
      }
      if (isWelcome) handle(read.data);
      else if (read.data.kind === "hello") welcome(read.data);
      else socket.destroy();
    });
    const tell = (message: FromInstance) => send(message);

    const welcome = ({ protocol, token }: { protocol: number; token: string }) => {
      const isKnown = isSameToken(token, this.#token);
      if (isKnown && protocol === INSTANCE_PROTOCOL) {
        clearTimeout(impatience);
        isWelcome = true;
        void tell({ kind: "welcome" });
      } else {
        void tell({ kind: "refused", reason: isKnown ? "protocol" : "token" });
        socket.end();
      }
    };
    const handle = (message: ToInstance) => {
      switch (message.kind) {
        case "hello":
          break;
        case "call": {
          const { id, method, input } = message;
          // The application refuses names that it does not know, and parses the input.
          void application
            .call(method as CoreMethodName, input as never)
            .then((outcome) => tell({ kind: "outcome", id, outcome }));
          break;
        }
        case "subscribe": {
          const { event } = message;
          if (!isShared(event) || subscriptions.has(event)) break;
          subscriptions.set(
            event,
            application.events.on(event, (value) => void tell({ kind: "event", event, value })),
          );
          break;
        }
        case "unsubscribe":
          subscriptions.get(message.event)?.();
          subscriptions.delete(message.event);
          break;
        case "read-tokens":
          stopReading?.();
          stopReading = message.isOn
            ? application.readTokens((batch) => tell({ kind: "tokens", message: batch }))
            : null;
          break;
        case "work":
          this.#work(socket, message.isOn);
          break;
        case "release":
          this.#options.onReleaseWanted();
          break;
      }
    };
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(impatience);
      this.#clients.delete(socket);
      this.#work(socket, false);
      for (const end of subscriptions.values()) end();
      stopReading?.();
    });
  }

  #work(socket: Socket, isOn: boolean): void {
    if (isOn) this.#working.add(socket);
    else this.#working.delete(socket);
    if (this.isWorking) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function isShared(name: string): name is SharedEventName {
  return Object.hasOwn(events, name) && name !== "menu-command";
}

function isSameToken(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
