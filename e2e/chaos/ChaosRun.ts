// One run: the application, its disk and its hub, the operations drawn by a seed, and what was found wrong.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import type { DownloadRequest } from "../../electron/contract/downloads";
import type { Message } from "../../electron/contract/chat";
import type { EventName, EventValue } from "../../electron/contract/events";
import { textOf } from "../../electron/contract/parts";
import { dataPaths } from "../../electron/core/dataFolder";
import { tinyModelBytes } from "../../electron/testing/tinyGguf";
import { HubServer } from "../hub/HubServer";
import { sha256 } from "../hub/hubRepository";
import { ApplicationProcess } from "./ApplicationProcess";
import { checkChats, checkCopies, checkLists, leftBehind, wordsLost } from "./checks";
import { Disk } from "./Disk";
import { Ledger, words } from "./Ledger";
import { operations, tasksEnded, writeNew, type OperationName } from "./operations";
import { processesOf, RUN_VARIABLE, type RunProcess } from "./processes";
import { ChaosRandom } from "./ChaosRandom";
import { processorOnly } from "../processorOnly";

const PROCESSES_END_MS = 10_000;
const HUB_BYTES_PER_SECOND = 3_000_000;
const HUB_MODELS = 4;

export interface ChaosFigures {
  histogram: Map<OperationName, number>;
  kills: number;
  wordsLost: number;
  halfWritten: number;
  longestHoldMs: number;
  problems: string[];
}

export class ChaosRun {
  readonly random: ChaosRandom;
  readonly ledger = new Ledger();
  readonly workFolder: string;
  /** The requests of answers that are being written. */
  readonly writing = new Set<string>();
  readonly figures: ChaosFigures = {
    histogram: new Map(),
    kills: 0,
    wordsLost: 0,
    halfWritten: 0,
    longestHoldMs: 0,
    problems: [],
  };
  readonly #scriptFolder: string;
  readonly #id: string = randomUUID();
  readonly #disk: Disk;
  readonly #hub: HubServer;
  #application: ApplicationProcess | null = null;
  #download = 0;
  #step = "";

  private constructor(seed: number, folder: string, scriptFolder: string, hub: HubServer) {
    this.random = new ChaosRandom(seed);
    this.workFolder = path.join(folder, "work");
    mkdirSync(this.workFolder, { recursive: true });
    this.#disk = new Disk(path.join(folder, "disk"));
    this.#scriptFolder = scriptFolder;
    this.#hub = hub;
    hub.bytesPerSecond = HUB_BYTES_PER_SECOND;
    for (let index = 0; index < HUB_MODELS; index++)
      hub.add({
        id: `maker/Model-${index}-GGUF`,
        files: [{ path: `model-${index}-F32.gguf`, content: hubModel(index) }],
      });
  }

  static async begin(seed: number, folder: string, scriptFolder: string): Promise<ChaosRun> {
    const run = new ChaosRun(seed, folder, scriptFolder, await HubServer.start());
    await processorOnly(run.dataFolder);
    await run.#open();
    for (const index of [0, 1])
      await run.application.call("models.openFile", {
        path: run.newFile("kept", `Kept-${index}.gguf`, tinyModelBytes({ seed: index, trainContextTokens: 4096 })),
        load: index === 0,
      });
    return run;
  }

  get application(): ApplicationProcess {
    if (this.#application === null) throw new Error("no application is open");
    return this.#application;
  }

  get dataFolder(): string {
    return path.join(this.#disk.folder, "data");
  }

  async do(name: OperationName, step: number): Promise<void> {
    this.#step = `step ${step}, ${name}`;
    this.figures.histogram.set(name, (this.figures.histogram.get(name) ?? 0) + 1);
    try {
      await operations[name](this);
      if (this.#application === null) await this.#open();
    } catch (error) {
      this.problem(`${error instanceof Error ? error.message : String(error)}; the log says: ${this.#lastError()}`);
      await this.killApplication();
    }
  }

  /** All work ends, everything is looked at a last time, and nothing is left. */
  async end(): Promise<ChaosFigures> {
    this.#step = "the end";
    this.emptyDisk();
    await tasksEnded(this);
    for (const list of ["downloads", "jobs"] as const) {
      const entries = await this.application.call(`${list}.list`, undefined);
      if (entries?.ok)
        for (const { id } of entries.value) await this.application.call(`${list}.cancel`, { id } as never);
    }
    await this.quitApplication();
    await this.application.close();
    for (const name of leftBehind(this.dataFolder)) this.problem(`left in the data folder: ${name}`);
    await this.#hub.stop();
    this.#disk.remove();
    return this.figures;
  }

  async killApplication(): Promise<void> {
    this.figures.kills += 1;
    const killedAtMs = performance.now();
    await this.#application?.kill();
    await this.#afterEnd(this.ledger.cutWriting(killedAtMs));
  }

  async quitApplication(): Promise<void> {
    // A clean end loses nothing that was on screen, but the disk may be full.
    await this.application.close();
    await this.#afterEnd(this.ledger.cutWriting(performance.now()));
  }

  async killChildren(kind: RunProcess["kind"]): Promise<void> {
    await this.pause(200);
    for (const found of processesOf(this.#id)) if (found.kind === kind) killIfThere(found.pid);
    await this.pause(200);
  }

  fillDisk(leftBytes: number): void {
    if (!this.#disk.canFill) return;
    this.ledger.isDiskFull = true;
    this.#disk.fill(leftBytes);
  }

  emptyDisk(): void {
    this.#disk.empty();
    this.ledger.isDiskFull = false;
  }

  async pause(atMostMs: number): Promise<void> {
    await sleep(this.random.number() * atMostMs);
  }

  newFile(folder: string, name: string, content: Uint8Array): string {
    return writeNew(path.join(this.workFolder, folder, name), content);
  }

  filesElsewhere(): string[] {
    const folder = path.join(this.workFolder, "elsewhere");
    return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  }

  read(file: string): Buffer {
    return readFileSync(file);
  }

  contentOf(file: string): string {
    return sha256(readFileSync(file));
  }

  nextDownload(): DownloadRequest {
    const index = this.#download++ % HUB_MODELS;
    const content = hubModel(index);
    const repository = this.#hub.add({
      id: `maker/Model-${index}-GGUF`,
      files: [{ path: `model-${index}-F32.gguf`, content }],
    });
    return {
      repository: repository.id,
      revision: repository.revision,
      title: `Model ${index}`,
      quantization: "F32",
      licence: null,
      files: [{ path: `model-${index}-F32.gguf`, sizeBytes: content.length, sha256: sha256(content) }],
    } as DownloadRequest;
  }

  /** The engine may end in mid-answer: what is kept then has all but the last half second. */
  showMessage(message: Message): void {
    const cut = this.ledger.message(message, performance.now());
    if (cut === null) return;
    const lost = words(cut.text) - words(textOf(message.parts));
    this.figures.wordsLost += lost;
    this.problem(`${lost} words of an answer are lost with the engine`);
  }

  problem(what: string): void {
    this.figures.problems.push(`${this.#step}: ${what}`);
  }

  #lastError(): string {
    const folder = dataPaths(this.dataFolder).logs;
    const lines = existsSync(folder)
      ? readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), "utf8").split("\n"))
      : [];
    return lines.findLast((line) => line.includes("error")) ?? "nothing";
  }

  async #open(): Promise<void> {
    const env = {
      ...process.env,
      [RUN_VARIABLE]: this.#id,
      FACET_HUB_ENDPOINT: this.#hub.endpoint,
      FACET_DATA_DIR: this.dataFolder,
    };
    const start = () =>
      ApplicationProcess.start(
        { dataFolder: this.dataFolder, scriptFolder: this.#scriptFolder, env },
        {
          onEvent: (name, value) => this.#onEvent(name, value),
          onToken: (message) => {
            if (message.kind === "begin") this.writing.add(message.requestId);
            if (message.kind === "end") this.writing.delete(message.requestId);
            this.ledger.token(message, performance.now());
          },
          onHeld: (ms, during) => {
            if (ms > this.figures.longestHoldMs) {
              this.figures.longestHoldMs = ms;
              console.log(`held ${ms.toFixed(0)} ms at ${this.#step}, during ${during || "nothing"}`);
            }
          },
          onProblem: (problem) => this.problem(problem),
        },
      );
    try {
      this.#application = await start();
    } catch (error) {
      // A full disk may refuse it, in words; then there is room again.
      if (!this.ledger.isDiskFull) throw error;
      this.emptyDisk();
      this.#application = await start();
    }
  }

  async #afterEnd(cut: ReturnType<Ledger["cutWriting"]>): Promise<void> {
    this.#application = null;
    this.writing.clear();
    await this.#processesEnd();
    const { problems } = this.figures;
    const found: string[] = [];
    // What is shown from now on is of the next application.
    const expected = this.ledger.copy();
    await this.#open();
    this.figures.wordsLost += wordsLost(this.dataFolder, cut, found);
    checkChats(this.dataFolder, expected, found);
    checkCopies(this.dataFolder, expected, found);
    this.figures.halfWritten += await checkLists(this.application, expected, found);
    problems.push(...found.map((problem) => `${this.#step}: ${problem}`));
  }

  /** Engine, fit and jobs end with the application that they belong to. */
  async #processesEnd(): Promise<void> {
    const until = performance.now() + PROCESSES_END_MS;
    while (processesOf(this.#id).length > 0) {
      if (performance.now() > until) {
        const left = processesOf(this.#id);
        this.problem(`processes are left: ${left.map(({ kind, pid }) => `${kind} ${pid}`).join(", ")}`);
        for (const { pid } of left) killIfThere(pid);
        return;
      }
      await sleep(20);
    }
  }

  #onEvent<Name extends EventName>(name: Name, value: EventValue<Name>): void {
    const event = { name, value } as { [One in EventName]: { name: One; value: EventValue<One> } }[EventName];
    switch (event.name) {
      case "message-changed":
        this.showMessage(event.value);
        break;
      case "chat-changed":
        if (this.ledger.chats.has(event.value.id)) this.ledger.chats.set(event.value.id, event.value.title);
        break;
      case "models-changed":
        this.ledger.showModels(new Map(event.value.map(({ id, fileName }) => [id, fileName])));
        break;
      case "deltas-changed":
        this.ledger.showDeltas(new Map(event.value.map(({ id, name: shown }) => [id, shown])));
        break;
      default:
        break;
    }
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function hubModel(index: number): Buffer {
  return Buffer.from(tinyModelBytes({ seed: 100 + index, width: 128, name: `Hub model ${index}` }));
}
