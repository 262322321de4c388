// Proportional memory (PSS) of all processes of the app at rest, without a model: what each takes, and the largest shares of it.
import { readFile, readdir, readlink, rm } from "node:fs/promises";
import { FacetApp } from "../e2e/FacetApp";
import { median, type Figures } from "./figures";

const RUNS = 3;
/** Start-up garbage has been collected and caches have settled after this. */
const REST_MS = 8_000;
const MB = 1_000_000;

interface ProcessMemory {
  pid: number;
  name: string;
  pssBytes: number;
  /** Parts of the PSS: private pages of its own, and files (libraries, code) shared with others. */
  anonymousBytes: number;
  fileBytes: number;
}

export async function appAtRest(): Promise<Figures> {
  if (process.platform !== "linux") throw new Error("PSS is read from /proc, which only Linux has");
  const totals: number[] = [];
  for (let run = 1; run <= RUNS; run++) {
    const app = await FacetApp.launch({
      starterModel: false,
      env: { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" },
      trace: false,
    });
    await app.window.getByRole("button", { name: "Try again" }).waitFor({ timeout: 60_000 });
    await app.window.waitForTimeout(REST_MS);
    const { processes, sharers } = await memoryBelow(app.mainPid);
    if (sharers > 0)
      console.log(`  ${sharers} other processes run the same Electron and share its files: the figure is too small`);
    const total = processes.reduce((sum, { pssBytes }) => sum + pssBytes, 0) / MB;
    totals.push(total);
    console.log(`  run ${run}: ${total.toFixed(0)} MB in ${processes.length} processes`);
    if (run === RUNS) {
      for (const one of processes.toSorted((a, b) => b.pssBytes - a.pssBytes)) {
        console.log(
          `    ${one.name.padEnd(22)} ${(one.pssBytes / MB).toFixed(0).padStart(5)} MB   own pages ${(one.anonymousBytes / MB).toFixed(0)}, files ${(one.fileBytes / MB).toFixed(0)}`,
        );
      }
    }
    await app.close();
    await rm(app.dataFolder, { recursive: true, force: true });
  }
  return { "app.idle_pss_mb": median(totals) };
}

async function memoryBelow(rootPid: number): Promise<{ processes: ProcessMemory[]; sharers: number }> {
  const binary = await readlink(`/proc/${rootPid}/exe`);
  let sharers = 0;
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/u.test(name)) continue;
    // The command's name is in brackets and may hold anything; the parent's id is the second word after them.
    const status = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = status.slice(status.lastIndexOf(")") + 2).split(" ")[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number): boolean => pid === rootPid || (parents.has(pid) && isBelow(parents.get(pid) ?? 0));
  const found: ProcessMemory[] = [];
  for (const pid of parents.keys()) {
    if (!isBelow(pid)) {
      if ((await readlink(`/proc/${pid}/exe`).catch(() => "")) === binary) sharers++;
      continue;
    }
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
    const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "mu").exec(rollup)?.[1] ?? 0) * 1024;
    if (bytes("Pss") > 0)
      found.push({
        pid,
        name: await processName(pid, rootPid),
        pssBytes: bytes("Pss"),
        anonymousBytes: bytes("Pss_Anon"),
        fileBytes: bytes("Pss_File"),
      });
  }
  return { processes: found, sharers };
}

async function processName(pid: number, rootPid: number): Promise<string> {
  if (pid === rootPid) return "main";
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  // Chromium rewrites its title, which turns the separators into blanks.
  const type = /--type=(\S+?)(?:\0| |$)/u.exec(command)?.[1] ?? "other";
  const service = /--utility-sub-type=(\S+?)(?:\0| |$)/u.exec(command)?.[1];
  return service === undefined ? type : `${type} ${service.split(".")[0]}`;
}
