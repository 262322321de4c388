// Every JSON file of the data folder: opened, used, changed and opened again. Main.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeDataFolder, openAppData } from "../../electron/core/openAppData";
import type { Random } from "../../scripts/texts/Random";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { accepted, judgeFailure, judgeOutcome, wrongAnswer } from "../judge";
import { mutateBytes } from "../mutate/bytes";
import { mutateJson } from "../mutate/json";

const EARLIER = path.join("electron", "testing", "dataFolders");
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
    const first = await openAppData(fresh, noLog, Date.now);
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
        await cp(fresh, data, { recursive: true });
        await writeFile(path.join(data, name), content);
        const opened = await openAppData(data, noLog, Date.now);
        if (!opened.ok) return judgeOutcome(opened);
        const { chats, settings, modelList, deltaList, hubSettings, jobs, loadLog, notices } = opened.value;
        chats.close();
        for (const notice of notices) {
          const verdict = judgeFailure(notice);
          if (verdict.kind === "fault") return verdict;
        }
        // What is written goes on to be understood, and what was not understood is still there, or was moved aside.
        for (const file of [settings, modelList, deltaList, hubSettings, jobs]) {
          const saved = await (file as { save(value: unknown): Promise<{ ok: boolean }> }).save(file.value);
          if (!saved.ok) return wrongAnswer(`${name} could not be saved`);
        }
        void loadLog.records;
        const again = await openAppData(data, noLog, Date.now);
        if (!again.ok) return wrongAnswer(`${name} is not opened again after a save: ${again.failure.code}`);
        again.value.chats.close();
        const count = ({ details }: { details?: Record<string, string> | undefined }) => details?.["count"] ?? "";
        const left = (codes: readonly { code: string; details?: Record<string, string> | undefined }[]) =>
          codes.filter(({ code }) => code === "stored-entries-unreadable").map(count);
        if (left(notices).join() !== left(again.value.notices).join())
          return wrongAnswer(
            `${name}: ${left(notices).join()} entries could not be read, then ${left(again.value.notices).join()}`,
          );
        return notices.length === 0 ? accepted : { kind: "refused", code: notices.map(({ code }) => code).join() };
      },
    };
  },
};
