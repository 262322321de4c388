// The app's downloads against curl from the same local hub: throughput and processor time, both with the SHA-256 that curl does not make. Needs curl and openssl.
import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { DownloadRequest } from "../electron/contract/downloads";
import { DownloadQueue } from "../electron/core/downloads/DownloadQueue";
import { fetchHttp } from "../electron/core/hub/fetchHttp";
import { hubAddress } from "../electron/core/hub/hubAddress";
import { HubClient } from "../electron/core/hub/HubClient";
import { HubFileSource } from "../electron/core/hub/HubFileSource";
import { socketHttp } from "../electron/core/hub/socketHttp";
import { list, median, type Figures } from "./figures";

/** Long enough that the start of a process is lost in it. */
const MEGABYTES = 512;
const ROUNDS = 6;

const Served = z.object({
  endpoint: z.string(),
  contentUrl: z.string(),
  repository: z.string(),
  revision: z.string(),
  path: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
});
type Served = z.infer<typeof Served>;

const WAYS = ["curl", "curlAndHash", "facet"] as const;
type Way = (typeof WAYS)[number];

interface Cost {
  wallMs: number;
  cpuMs: number;
}

export async function download(): Promise<Figures> {
  const server = spawn(process.execPath, ["--import", "tsx", "e2e/hub/serveHub.ts", String(MEGABYTES)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const folder = await mkdtemp(path.join(tmpdir(), "facet-bench-"));
  const costs: Record<Way, Cost[]> = { curl: [], curlAndHash: [], facet: [] };
  try {
    const served = Served.parse(
      JSON.parse(await new Promise<string>((resolve) => createInterface(server.stdout).once("line", resolve))),
    );
    const curl = (target: string) => `curl -s -o ${target} ${served.contentUrl}`;
    const ways: Readonly<Record<Way, (place: string) => Cost | Promise<Cost>>> = {
      curl: (place) => timed(curl(path.join(place, "file"))),
      curlAndHash: (place) =>
        timed(`${curl(path.join(place, "file"))} && openssl dgst -sha256 ${path.join(place, "file")}`),
      facet: (place) => downloadOnce(served, place),
    };
    // The first round warms up, and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      // By turns, and each with a fresh folder that goes at once: who comes later would pay for what is still to be written, and
      // for pages of memory that the one before did not give back.
      for (let turn = 0; turn < WAYS.length; turn++) {
        const way = WAYS[(round + turn) % WAYS.length] ?? "facet";
        const place = path.join(folder, way);
        await mkdir(place);
        execFileSync("sync");
        const cost = await ways[way](place);
        await rm(place, { recursive: true });
        if (round > 0) costs[way].push(cost);
      }
    }
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
  for (const [name, measured] of Object.entries(costs)) {
    console.log(
      `  ${name.padEnd(12)} ${list(
        measured.map(({ wallMs }) => wallMs),
        0,
      )} ms; processor ${list(
        measured.map(({ cpuMs }) => cpuMs),
        0,
      )} ms`,
    );
  }
  const wall = (of: Cost[]) => median(of.map(({ wallMs }) => wallMs));
  const cpu = (of: Cost[]) => median(of.map(({ cpuMs }) => cpuMs));
  const { curl, curlAndHash, facet } = costs;
  console.log(
    `  against curl and openssl one after the other: throughput ${(wall(curlAndHash) / wall(facet)).toFixed(3)}, processor ${(cpu(facet) / cpu(curlAndHash)).toFixed(3)}`,
  );
  return { "download.throughput_ratio": wall(curl) / wall(facet), "download.cpu_ratio": cpu(facet) / cpu(curl) };
}

/** Runs a program, with the processor time of it and its children. */
function timed(program: string): Cost {
  const output = execFileSync("bash", ["-c", `TIMEFORMAT='%R %U %S'; { time { ${program} ; } >/dev/null ; } 2>&1`], {
    encoding: "utf8",
  });
  const [wall = 0, user = 0, system = 0] = output.trim().split(" ").map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

/** The app's queue in this process, until the file is verified, on the disk itself, and has its name. */
async function downloadOnce(served: Served, modelsFolder: string): Promise<Cost> {
  const address = hubAddress(served.endpoint);
  if (!address.ok) throw new Error("the endpoint is refused");
  const http = fetchHttp(fetch);
  const client = new HubClient({
    http,
    contentHttp: socketHttp(http),
    address: address.value,
    token: async () => null,
  });
  const { repository, revision, path: file, sizeBytes, sha256 } = served;
  const request = DownloadRequest.parse({
    repository,
    revision,
    title: "Large",
    quantization: null,
    licence: null,
    files: [{ path: file, sizeBytes, sha256 }],
  });
  const before = process.cpuUsage();
  const startedMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    const queue = new DownloadQueue({
      modelsFolder,
      endpoint: served.endpoint,
      openSource: (identity) => new HubFileSource(client, identity),
      onChange: ({ state }) => state.kind === "failed" && reject(new Error(state.failure.code)),
      onRemoved: () => undefined,
      onReady: () => void queue.stop().then(resolve),
      onProblem: reject,
      reserveBytes: 0,
    });
    queue.add(request).catch(reject);
  });
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
}
