// A data folder that was a folder of the user's before: whatever is in it is there afterwards, byte for byte, whatever it is called.
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { holdFolder, ok, workForADay } from "../testing/dayOfWork";

const UUID = randomUUID();
let parent: string;
let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), "facet-foreign-"));
  folder = path.join(parent, "Documents");
});
afterEach(() => rmSync(parent, { recursive: true }));

/** Each file, link and folder with what is in it. */
function contents(root: string): Map<string, string> {
  const found = new Map<string, string>();
  const look = (below: string) => {
    for (const name of readdirSync(path.join(root, below))) {
      const file = path.join(below, name);
      const facts = lstatSync(path.join(root, file));
      if (facts.isSymbolicLink()) found.set(file, `-> ${readlinkSync(path.join(root, file))}`);
      else if (facts.isDirectory()) {
        found.set(file, "folder");
        look(file);
      } else if (facts.isFile())
        found.set(
          file,
          createHash("sha256")
            .update(readFileSync(path.join(root, file)))
            .digest("hex"),
        );
    }
  };
  look("");
  return found;
}

const HEX = "0123456789abcdef0123456789abcdef";
/** What a user, or a program of another name, could have there. */
const THEIRS = [
  "thesis.odt",
  "photos/holiday.jpg",
  "photos/2024/.hidden",
  "models/ship/hull.stl",
  "models/notes.txt",
  `models/.fetch-${UUID}/download`,
  `models/.fetch-${UUID}/pip/wheel.whl`,
  `models/.imports/${UUID}/letter.gguf`,
  `models/.imports/${randomUUID()}.whole/other.gguf`,
  "models/.imports/notes.txt",
  `models/.downloads/${HEX}/0.part`,
  `models/.downloads/${HEX}/0.chunks`,
  "models/.downloads/mine/download.json",
  "models/made/Small Q8_0.gguf.facet-part",
  "models/made/mine.gguf.facet-part",
  "importance/mine.gguf.facet-part",
  `fetched/${HEX}/thesis.odt`,
  "fetched/cats.txt",
  "engine-state/diary.txt",
  "engine-state/1.kv",
  `engine-state/${UUID}/2.kv`,
  `deltas/${UUID}.part`,
  `deltas/${UUID}.part.facet-part`,
  "deltas/poem.txt",
  `loads.json.${UUID}.tmp`,
  `settings.json.${UUID}.tmp`,
  `models-move.json.${UUID}.tmp`,
  "loads.json.tmp",
  "loading-model",
  "loading-deltas",
  `facet-${UUID}.part`,
  "instance.sock",
  `chats.db.${UUID}.tmp`,
  "logs/ship.log",
];
/** Folders where Facet has files. */
const FOLDERS = [`deltas/${randomUUID()}.part`, `jobs.json.${randomUUID()}.tmp`, "models/made/folder.gguf.facet-part"];

it("is left as it was by start, work and quitting, and by the next start", async () => {
  for (const name of THEIRS) {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), `of the user: ${name}`);
  }
  for (const name of FOLDERS) {
    mkdirSync(at(name), { recursive: true });
    writeFileSync(at(name, "inside.txt"), "of the user");
  }
  const outside = path.join(parent, "outside");
  mkdirSync(outside);
  for (const name of ["a.txt", "1.kv", "0.part"]) writeFileSync(path.join(outside, name), "of the user");
  for (const name of [`deltas/${randomUUID()}.part`, `engine-state/${randomUUID()}`, `fetched/${"e".repeat(32)}`])
    symlinkSync(outside, at(name));
  symlinkSync(path.join(outside, "a.txt"), at(`quality.json.${randomUUID()}.tmp`));
  const [before, beforeOutside] = [contents(folder), contents(outside)];
  const expectUntouched = () => {
    const now = contents(folder);
    expect(new Map([...before.keys()].map((name) => [name, now.get(name)]))).toEqual(before);
    expect(contents(outside)).toEqual(beforeOutside);
  };

  const application = await holdFolder(folder, parent);
  expectUntouched();
  await workForADay(application, parent);
  expectUntouched();
  const offered = await ok(application.call("leftovers.list", undefined));
  expect(offered.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      `deltas/${UUID}.part`,
      `fetched/${HEX}`,
      `loads.json.${UUID}.tmp`,
      `models/.downloads/${HEX}`,
      `models/.fetch-${UUID}`,
      "models/made/mine.gguf.facet-part",
      "engine-state/1.kv",
    ]),
  );
  expect(offered.filter(({ name }) => /thesis|photos|notes|ship|poem/u.test(name))).toEqual([]);
  await application.close();
  expectUntouched();
  const again = await holdFolder(folder, parent);
  await again.start();
  await again.close();
  expectUntouched();
}, 120_000);

it("moves a leftover to the trash when the user says so, and nothing else", async () => {
  const name = `deltas/${UUID}.part`;
  mkdirSync(at("deltas"), { recursive: true });
  for (const file of [name, "deltas/poem.txt", `loads.json.${UUID}.tmp`]) writeFileSync(at(file), "12345");
  const application = await holdFolder(folder, parent);
  const offered = await ok(application.call("leftovers.list", undefined));
  const leftover = offered.find((one) => one.name === name);
  expect(leftover).toMatchObject({ isFolder: false, sizeBytes: 5 });
  expect(await ok(application.call("leftovers.path", { id: leftover!.id }))).toBe(at(name));
  await ok(application.call("leftovers.delete", { id: leftover!.id }));
  expect(readFileSync(path.join(parent, "trash", `${UUID}.part`), "utf8")).toBe("12345");
  expect([name, "deltas/poem.txt", `loads.json.${UUID}.tmp`].map((file) => existsSync(at(file)))).toEqual([
    false,
    true,
    true,
  ]);
  expect(await application.call("leftovers.delete", { id: leftover!.id })).toMatchObject({
    ok: false,
    failure: { code: "not-found" },
  });
  await application.close();
});
