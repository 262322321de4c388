// Every JSON file of the data folder: opened, used, changed and opened again. Main.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeDataFolder, openAppData } from "../../electron/core/openAppData";
import type { Random } from "../../scripts/texts/Random";
import { sourceWorker } from "../../electron/testing/sourceWorker";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { accepted, judgeFailure, judgeOutcome, wrongAnswer } from "../judge";
import { mutateBytes } from "../mutate/bytes";
import { mutateJson } from "../mutate/json";

const EARLIER = path.join("electron", "testing", "dataFolders");
/** Those that are one list or one value: written as they were read. */
const SAVED: Readonly<
  Record<string, "settings" | "modelList" | "deltaList" | "hubSettings" | "jobs" | "quality" | "fileHashes">
> = {
  "settings.json": "settings",
  "models.json": "modelList",
  "deltas.json": "deltaList",
  "hub.json": "hubSettings",
  "jobs.json": "jobs",
  "quality.json": "quality",
  "hashes.json": "fileHashes",
};
const noLog = () => undefined;

export const storedFiles: FuzzKind = {
  name: "stored-files",
  count: 9_000,
  readBy: "main",
  memoryLimitBytes: 400 * MEGABYTE,
  async open(folder) {
    const seeds: { name: string; json: unknown }[] = [];
    for (const file of await readdir(EARLIER, { recursive: true }))
      if (file.endsWith(".json"))
        seeds.push({
          name: path.basename(file),
          json: JSON.parse(await readFile(path.join(EARLIER, file), "utf8")) as unknown,
        });
    seeds.push({ name: "dismissed-notices.json", json: { version: 1, notices: ["a", "b"] } });
    const data = path.join(folder, "data");
    const fresh = path.join(folder, "fresh");
    makeDataFolder(fresh);
    const worker = sourceWorker();
    const first = await openAppData({ folder: fresh, log: noLog, now: Date.now, worker });
    if (first.ok) first.value.chats.close();
    const damaged = (json: unknown, random: Random): Buffer =>
      random.below(6) === 0 ? mutateBytes(Buffer.from(JSON.stringify(json)), random) : mutateJson(json, random);
    return {
      make(random) {
        const { name, json } = random.of(seeds);
        return { file: Buffer.from(name), content: damaged(json, random) };
      },
      async run(input) {
        const name = Buffer.from(inputPart(input, "file")).toString();
        if (!/^[a-z-]+\.json$/u.test(name)) return accepted;
        const content = inputPart(input, "content");
        await rm(data, { recursive: true, force: true });
        await mkdir(data);
        await cp(fresh, data, { recursive: true, filter: (file) => !/-(?:shm|wal)$/u.test(file) });
        await writeFile(path.join(data, name), content);
        const opened = await openAppData({ folder: data, log: noLog, now: Date.now, worker });
        if (!opened.ok) return judgeOutcome(opened);
        const { chats, loadLog, notices, ...files } = opened.value;
        chats.close();
        for (const notice of notices) {
          const verdict = judgeFailure(notice);
          if (verdict.kind === "fault") return verdict;
        }
        void loadLog.records;
        // What is written goes on to be understood, and what was not understood is still there, or was moved aside.
        const part = SAVED[name];
        if (part !== undefined) {
          const file: { value: unknown; save(value: never): Promise<{ ok: boolean }> } = files[part];
          // Its own value, whichever it is.
          const saved = await file.save(file.value as never);
          if (!saved.ok) return wrongAnswer(`${name} could not be saved`);
        }
        const again = await openAppData({ folder: data, log: noLog, now: Date.now, worker });
        if (!again.ok) return wrongAnswer(`${name} is not opened again after a save: ${again.failure.code}`);
        again.value.chats.close();
        // An entry that could not be read goes where one with its key is written: there may be fewer.
        const fault = again.value.notices.find(({ code }) => code === "stored-file-damaged");
        if (fault !== undefined) return wrongAnswer(`${name} was damaged by a save`);
        return notices.length === 0 ? accepted : { kind: "refused", code: notices.map(({ code }) => code).join() };
      },
    };
  },
};
