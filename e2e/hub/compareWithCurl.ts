// Measures the app's downloads against curl from the same local hub: throughput and processor time, with and without the hash.
// `npx tsx e2e/hub/compareWithCurl.ts [megabytes] [rounds] [folder] [megabytes per second]`; prints JSON. Needs curl and openssl.
import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DownloadRequest } from "../../electron/contract/downloads";
import { DownloadQueue } from "../../electron/services/downloads/DownloadQueue";
import { fetchHttp } from "../../electron/services/hub/fetchHttp";
import { hubAddress } from "../../electron/services/hub/hubAddress";
import { HubClient } from "../../electron/services/hub/HubClient";
import { HubFileSource } from "../../electron/services/hub/HubFileSource";
import { socketHttp } from "../../electron/services/hub/socketHttp";

interface Figures {
  wallMs: number;
  cpuMs: number;
}

const [megabytes = "512", rounds = "5", where = tmpdir(), megabytesPerSecond = "0"] = process.argv.slice(2);
const server = spawn(process.execPath, ["--import", "tsx", fileURLToPath(new URL("serveHub.ts", import.meta.url)), megabytes, megabytesPerSecond], { stdio: ["ignore", "pipe", "inherit"] });
const served = await new Promise<Record<string, string>>((resolve) => createInterface(server.stdout).once("line", (line) => resolve(JSON.parse(line) as Record<string, string>)));
const endpoint = served["endpoint"] ?? "";

/** Runs a program, with the processor time of it and its children. */
function timed(program: string): Figures {
  const output = execFileSync("bash", ["-c", `TIMEFORMAT='%R %U %S'; { time { ${program} ; } >/dev/null ; } 2>&1`], { encoding: "utf8" });
  const [wall = 0, user = 0, system = 0] = output.trim().split(" ").map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

/** The app's queue in this process; the time until all bytes are here, and until they are verified. */
async function download(folder: string, contentHttp: ReturnType<typeof fetchHttp>): Promise<Figures> {
  const address = hubAddress(endpoint);
  if (!address.ok) throw new Error("the endpoint is refused");
  const client = new HubClient({ http: fetchHttp(fetch), contentHttp, address: address.value, token: async () => null });
  const cpu = process.cpuUsage();
  const start = performance.now();
  await new Promise<void>((resolve, reject) => {
    const queue = new DownloadQueue({
      modelsFolder: folder,
      endpoint,
      openSource: (file) => new HubFileSource(client, file),
      onChange: ({ state }) => state.kind === "failed" && reject(new Error(state.failure.code)),
      onRemoved: () => undefined,
      onReady: () => void queue.stop().then(resolve),
      onProblem: reject,
      reserveBytes: 0,
    });
    const { repository, revision, path: file, sizeBytes, sha256 } = served;
    void queue.add(DownloadRequest.parse({ repository, revision, title: "Large", quantization: null, licence: null, files: [{ path: file, sizeBytes, sha256 }] }));
  });
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
}

const folder = await mkdtemp(path.join(where, "facet-compare-"));
const results: Record<string, Figures[]> = { curl: [], curlAndHash: [], sockets: [], fetch: [] };
try {
  const target = path.join(folder, "curl.gguf");
  const curl = `curl -s -o ${target} ${served["contentUrl"]}`;
  // The first round warms up, and is not counted.
  for (let round = 0; round <= Number(rounds); round++) {
    const figures: Record<string, Figures> = {};
    figures["curl"] = timed(curl);
    await rm(target);
    figures["curlAndHash"] = timed(`${curl} && openssl dgst -sha256 ${target}`);
    await rm(target);
    for (const [name, http] of [["sockets", socketHttp(fetchHttp(fetch))], ["fetch", fetchHttp(fetch)]] as const) {
      const models = path.join(folder, name);
      await mkdir(models);
      figures[name] = await download(models, http);
      await rm(models, { recursive: true });
    }
    if (round > 0) for (const [name, value] of Object.entries(figures)) results[name]?.push(value);
  }
} finally {
  server.kill();
  await rm(folder, { recursive: true, force: true });
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const summary = Object.fromEntries(
  Object.entries(results).map(([name, figures]) => [name, { wallMs: Math.round(median(figures.map(({ wallMs }) => wallMs))), cpuMs: Math.round(median(figures.map(({ cpuMs }) => cpuMs))) }]),
);
const ratio = (of: string, to: string, key: keyof Figures): number => Number(((summary[of]?.[key] ?? NaN) / (summary[to]?.[key] ?? NaN)).toFixed(3));
console.log(
  JSON.stringify(
    {
      megabytes: Number(megabytes),
      summary,
      "download.throughput_ratio": { verifiedAgainstCurl: ratio("curl", "sockets", "wallMs"), verifiedAgainstCurlAndHash: ratio("curlAndHash", "sockets", "wallMs") },
      "download.cpu_ratio": { verifiedAgainstCurl: ratio("sockets", "curl", "cpuMs"), verifiedAgainstCurlAndHash: ratio("sockets", "curlAndHash", "cpuMs") },
    },
    null,
    1,
  ),
);
process.exit(0);
