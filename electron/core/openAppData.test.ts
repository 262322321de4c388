// The data folder, sound and hostile.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { detailsOf } from "../contract/failureDetails";
import { Sha256 } from "../contract/hub";
import { ModelId } from "../contract/ids";
import type { JobPhase, StartMakeDelta } from "../contract/jobQueue";
import { automaticLoadSettings } from "../contract/loadSettings";
import { QualityStore } from "./jobs/QualityStore";
import { sourceWorker } from "../testing/sourceWorker";
import { makeDataFolder, openAppData, type AppData } from "./openAppData";

let parent: string;
const folder = () => path.join(parent, "facet");
const open = () =>
  openAppData({
    folder: folder(),
    log: () => {},
    now: () => 0,
    worker: sourceWorker(),
  });

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), "facet-data-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it("is made on the first start", async () => {
  expect(makeDataFolder(folder())).toEqual({ ok: true, value: undefined });
  const opened = await open();
  expect(opened).toMatchObject({ ok: true, value: { notices: [] } });
  if (opened.ok) opened.value.chats.close();
  expect(readdirSync(folder())).toEqual(expect.arrayContaining(["chats.db", "logs", "models", "window"]));
});

it.skipIf(process.platform === "win32")("is the user's own at every start, links and models apart", async () => {
  makeDataFolder(folder());
  const outside = path.join(parent, "outside.json");
  const inside = (name: string) => path.join(folder(), name);
  const files = ["chats.db", "chats.db-wal", "chats-damaged-1970.db", "settings.json", "settings-damaged-1970.json"];
  for (const file of [...files.map(inside), outside, inside("models/model.gguf"), inside("notes.txt")]) {
    writeFileSync(file, "");
    chmodSync(file, 0o644);
  }
  symlinkSync(outside, inside("linked.json"));
  chmodSync(folder(), 0o755);
  expect(makeDataFolder(folder())).toEqual({ ok: true, value: undefined });
  const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);
  expect(mode(folder())).toBe("700");
  expect(files.map((name) => mode(inside(name)))).toEqual(files.map(() => "600"));
  expect([outside, inside("models/model.gguf"), inside("notes.txt")].map(mode)).toEqual(["644", "644", "644"]);
});

it("says where a damaged database went", async () => {
  makeDataFolder(folder());
  writeFileSync(path.join(folder(), "chats.db"), "garbage ".repeat(2_000));
  const opened = await open();
  expect(opened).toMatchObject({
    ok: true,
    value: {
      notices: [
        {
          code: "database-damaged",
          details: { movedTo: path.join(folder(), "chats-damaged-1970-01-01T00-00-00-000Z.db") },
        },
      ],
    },
  });
  if (opened.ok) opened.value.chats.close();
});

it("starts with damaged settings and keeps the file", async () => {
  makeDataFolder(folder());
  writeFileSync(path.join(folder(), "settings.json"), "{");
  const opened = await open();
  expect(opened).toMatchObject({
    ok: true,
    value: {
      settings: { value: { theme: "system" } },
      notices: [{ code: "stored-file-damaged", details: { file: "settings.json" } }],
    },
  });
  if (opened.ok) opened.value.chats.close();
  expect(readFileSync(path.join(folder(), "settings-damaged-1970-01-01T00-00-00-000Z.json"), "utf8")).toBe("{");
});

const MODEL = "0123456789abcdef0123456789abcdef";
const SHA256 = Sha256.parse("9".repeat(64));

interface StoredFile {
  file: string;
  /** Where in it an entry stands that no Facet understands: a list that it is added to, or a name. */
  place: (string | number)[];
  entry: unknown;
  /** Changes something else in the file, by a way that the app has. */
  change: (data: AppData) => unknown;
}

const STORED_FILES: StoredFile[] = [
  {
    file: "settings.json",
    place: ["theme"],
    entry: "pink",
    change: ({ settings }) => settings.save({ ...settings.value, sidebarOpen: true }),
  },
  {
    file: "models.json",
    place: ["files"],
    entry: { path: "/a.gguf", app: "of a newer Facet" },
    change: ({ modelList }) => modelList.save({ ...modelList.value, notes: {} }),
  },
  {
    file: "deltas.json",
    place: ["deltas"],
    entry: { id: "b".repeat(32), name: "Poet", glow: true },
    change: ({ deltaList }) => deltaList.save({ deltas: [] }),
  },
  {
    file: "hub.json",
    place: ["proxy"],
    entry: 8080,
    change: ({ hubSettings }) => hubSettings.save({ ...hubSettings.value, endpoint: null }),
  },
  {
    file: "hashes.json",
    place: ["/a.gguf"],
    entry: { sizeBytes: "large" },
    change: ({ fileHashes }) => fileHashes.save({}),
  },
  {
    file: "jobs.json",
    place: ["jobs"],
    entry: { id: "x", order: { kind: "of a newer Facet" }, state: { kind: "queued" } },
    change: ({ jobs }) => jobs.save({ jobs: [] }),
  },
  {
    file: "quality.json",
    place: ["families", 0, "rows"],
    entry: { key: "x", quality: {} },
    change: ({ quality }) => new QualityStore(quality).add(SHA256, []),
  },
  {
    file: "making-speeds.json",
    place: ["lora-9"],
    entry: "fast",
    change: ({ makingSpeeds }) =>
      makingSpeeds
        .following({ result: { kind: "bitdelta" } } as StartMakeDelta, {
          signal: new AbortController().signal,
          onPhase: () => {},
        })
        .onPhase({
          kind: "work",
          progress: { stage: "make-delta", fraction: 1, perSecond: 5, secondsLeft: null, tensor: null },
        } as unknown as JobPhase),
  },
  {
    file: "load-settings.json",
    place: ["models", MODEL, "settings", "keyCacheType"],
    entry: "q2_0",
    change: ({ loadSettings }) => loadSettings.saveSettings(ModelId.parse("9".repeat(32)), automaticLoadSettings),
  },
  {
    file: "gpu.json",
    place: ["unused"],
    entry: { conditions: 7 },
    change: ({ gpu }) => gpu.save({ ...gpu.value, proven: "x" }),
  },
  {
    file: "loads.json",
    place: ["records"],
    entry: { id: "x", modelName: null },
    change: ({ loadLog }) => loadLog.failed({ ...loadLog.records[0]!, predicted: null }, "model-unreadable"),
  },
  {
    file: "engine-ends.json",
    place: ["x"],
    entry: 3,
    change: ({ engineEnds }) => engineEnds.clear(ModelId.parse("fedcba9876543210fedcba9876543210")),
  },
];
type Json = Record<string | number, unknown>;
const EARLIER = path.join(import.meta.dirname, "..", "testing", "dataFolders");
const inFolder = (file: string) => path.join(folder(), file);
const readJson = (file: string): Json => JSON.parse(readFileSync(inFolder(file), "utf8"));

async function opened(): Promise<AppData> {
  const outcome = await open();
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

function at(json: Json, place: StoredFile["place"]): Json {
  return place.reduce((inside, name) => inside[name] as Json, json);
}

it.each(readdirSync(EARLIER).filter((name) => !name.endsWith(".md")))(
  "opens a data folder of before: %s",
  async (earlier) => {
    cpSync(path.join(EARLIER, earlier), folder(), { recursive: true });
    makeDataFolder(folder());
    const data = await opened();
    data.chats.close();
    expect(data.notices).toEqual([]);
    for (const file of readdirSync(path.join(EARLIER, earlier)))
      expect(readJson(file)).toEqual(JSON.parse(readFileSync(path.join(EARLIER, earlier, file), "utf8")));
    expect(data.settings.value.theme).toBe("dark");
    expect(data.modelList.value.files).toHaveLength(2);
    expect(data.deltaList.value.deltas).toMatchObject([{ name: "Pirate" }]);
    expect(data.jobs.value.jobs).toHaveLength((readJson("jobs.json")["jobs"] as unknown[]).length);
    expect(data.quality.value.families[0]?.rows[0]).toMatchObject({ type: "Q4_K_M", steps: ["calibrate"] });
    expect(Object.keys(data.makingSpeeds.all)).toHaveLength(1);
    expect(data.loadLog.records).toHaveLength(1);
  },
);

it("gives jobs and figures of before there were recipes theirs, and keeps them in that form", async () => {
  cpSync(path.join(EARLIER, "withoutRecipes"), folder(), { recursive: true });
  makeDataFolder(folder());
  const calibrated = (how: object) => [{ kind: "calibrate", with: how }];
  const recipes = ({ jobs }: AppData) =>
    jobs.value.jobs.flatMap(({ order }) =>
      order.kind === "quantize" ? [{ recipe: order.start.recipe, texts: order.texts }] : [],
    );
  const steps = ({ quality }: AppData) => quality.value.families.map(({ rows }) => rows.map((row) => row.steps));

  const data = await opened();
  const ownTextId = "1b0d0e0f-0001-4002-8003-000000000008";
  expect(recipes(data)).toEqual([
    { recipe: { type: "Q8_0", steps: [] }, texts: {} },
    { recipe: { type: "Q4_K_M", steps: calibrated({ kind: "text", ownTextId: null }) }, texts: {} },
    {
      recipe: { type: "Q4_0", steps: calibrated({ kind: "text", ownTextId }) },
      texts: { [ownTextId]: "/texts/mine.txt" },
    },
    { recipe: { type: "IQ3_M", steps: calibrated({ kind: "imported" }) }, texts: {} },
  ]);
  expect(steps(data)).toEqual([[["calibrate"], null, []]]);

  await data.jobs.save(data.jobs.value);
  await data.quality.save(data.quality.value);
  data.chats.close();
  for (const file of ["jobs.json", "quality.json"])
    expect(readFileSync(inFolder(file), "utf8")).not.toMatch(/"(?:calibrated|calibration|ownTextPath)"/u);
  const again = await opened();
  again.chats.close();
  expect(again.notices).toEqual([]);
  expect([recipes(again), steps(again)]).toEqual([recipes(data), steps(data)]);
});

describe("an entry that cannot be understood", () => {
  it.each(STORED_FILES)(
    "costs nothing else in $file, is reported, and stays in the file after a change",
    async (stored) => {
      const { file, place, entry, change } = stored;
      cpSync(path.join(EARLIER, "withoutVersions"), folder(), { recursive: true });
      makeDataFolder(folder());
      const sound = await opened();
      sound.chats.close();
      // One that no earlier version had.
      const json = existsSync(inFolder(file)) ? readJson(file) : {};
      const found = at(json, place);
      if (Array.isArray(found)) found.unshift(entry);
      else at(json, place.slice(0, -1))[place.at(-1)!] = entry;
      writeFileSync(inFolder(file), JSON.stringify(json));

      const data = await opened();
      expect(data.notices).toEqual([{ code: "stored-entries-unreadable", details: { file, count: "1" } }]);
      const lists = ({ deltaList, modelList, jobs, quality, fileHashes, loadLog, makingSpeeds }: AppData) => [
        [deltaList, modelList, jobs, quality, fileHashes].map(({ value }) => value),
        loadLog.records,
        makingSpeeds.all,
      ];
      expect(lists(data)).toEqual(lists(sound));

      await change(data);
      await expect.poll(() => readJson(file).version).toBe(1);
      expect([at(readJson(file), place)].flat()).toContainEqual(entry);
      expect(readJson(file)).not.toEqual({ version: 1, ...json });
      data.chats.close();
    },
  );
});

it("a dismissed notice about entries comes back when their count changes, and not before", async () => {
  makeDataFolder(folder());
  const writeModels = (...files: unknown[]) => writeFileSync(inFolder("models.json"), JSON.stringify({ files }));
  const reopened = async () => {
    const data = await opened();
    data.chats.close();
    return data;
  };
  const noticesOf = async () => (await reopened()).notices.map(({ details }) => details);
  writeModels({ path: 1 });
  expect(await noticesOf()).toEqual([{ file: "models.json", count: "1" }]);
  const { notices, dismissedNotices } = await reopened();
  expect(notices).toHaveLength(1);
  dismissedNotices.add(notices[0]!);
  await expect.poll(() => readdirSync(folder())).toContain("dismissed-notices.json");
  expect(await noticesOf()).toEqual([]);
  writeFileSync(inFolder("jobs.json"), JSON.stringify({ jobs: [{ id: "x" }] }));
  expect(await noticesOf()).toEqual([{ file: "jobs.json", count: "1" }]);
  writeModels({ path: 1 }, { path: 2 });
  expect(await noticesOf()).toEqual([
    { file: "models.json", count: "2" },
    { file: "jobs.json", count: "1" },
  ]);
});

it("says of each damaged file where it is now", async () => {
  makeDataFolder(folder());
  for (const { file } of STORED_FILES) writeFileSync(inFolder(file), "{");
  const data = await opened();
  data.chats.close();
  expect(data.notices.map((notice) => [notice.code, detailsOf(notice)["file"]])).toEqual(
    STORED_FILES.map(({ file }) => ["stored-file-damaged", file]),
  );
  for (const notice of data.notices) expect(readFileSync(detailsOf(notice)["movedTo"]!, "utf8")).toBe("{");
});

it("is refused in words when a file is in its place", () => {
  writeFileSync(folder(), "a file");
  expect(makeDataFolder(folder())).toMatchObject({
    ok: false,
    failure: { code: "data-folder-unusable", details: { folder: folder(), reason: "path-through-a-file" } },
  });
});

it("is refused in words when the database's place is taken", async () => {
  makeDataFolder(folder());
  mkdirSync(path.join(folder(), "chats.db"));
  expect(await open()).toMatchObject({ ok: false, failure: { code: "data-folder-unusable" } });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;

it.skipIf(!canMount)("is refused in words on a full disk and on a read-only one", async () => {
  mkdirSync(folder());
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder()]);
  try {
    makeDataFolder(folder());
    expect(() => writeFileSync(path.join(folder(), "filler"), Buffer.alloc(100_000))).toThrow("ENOSPC");
    expect(await open()).toMatchObject({ ok: false, failure: { code: "disk-full" } });
    execFileSync("mount", ["-o", "remount,ro", folder()]);
    expect(await open()).toMatchObject({ ok: false, failure: { code: "data-folder-unusable" } });
  } finally {
    execFileSync("umount", ["--lazy", folder()]);
  }
});
