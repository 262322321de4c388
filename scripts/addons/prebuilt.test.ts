// Which prebuilt addons set-up takes, and that it says why it takes no others.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MANIFEST_FILE, type AddonManifest } from "./manifest";
import { findPrebuilt, prebuiltSource, unpackPrebuilt, type Wanted } from "./prebuilt";

const FILES = ["facet.node", "facet-kernels.node"];
const ARCHIVE = "facet-addons-linux-x64.tar.gz";
const WANTED: Wanted = { target: "linux-x64", sources: "these", nodeLlamaCpp: "3.22.1", glibc: "2.36" };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-addons-"));
  for (const file of FILES) await writeFile(path.join(folder, file), `the bytes of ${file}`);
  execFileSync("tar", ["-czf", ARCHIVE, ...FILES], { cwd: folder });
  await writeManifest({});
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function writeManifest(
  changes: Partial<AddonManifest["addons"][string]>,
  rest: Partial<AddonManifest> = {},
): Promise<void> {
  const content = await readFile(path.join(folder, ARCHIVE));
  const manifest = {
    format: 1,
    sources: "these",
    addons: {
      "linux-x64": {
        archive: ARCHIVE,
        bytes: content.length,
        sha256: createHash("sha256").update(content).digest("hex"),
        nodeLlamaCpp: "3.22.1",
        glibc: "2.34",
        ...changes,
      },
    },
    ...rest,
  };
  await writeFile(path.join(folder, MANIFEST_FILE), JSON.stringify(manifest));
}

const outputOf = () => path.join(folder, "build", "linux-x64");

async function install(wanted: Partial<Wanted> = {}): Promise<void> {
  await unpackPrebuilt(folder, await findPrebuilt(folder, { ...WANTED, ...wanted }), FILES, outputOf());
}

describe("where they come from", () => {
  it("is the folder that is named, else the release, else nowhere", () => {
    expect(prebuiltSource({ FACET_ADDONS: "/there" }, "https://releases.example/")).toBe("/there");
    expect(prebuiltSource({ FACET_ADDONS: "" }, "https://releases.example/")).toBe("https://releases.example/");
    expect(prebuiltSource({}, "")).toBeNull();
  });
});

describe("prebuilt addons", () => {
  it("are put in place, over those of before, and nothing else is left", async () => {
    await mkdir(outputOf(), { recursive: true });
    await writeFile(path.join(outputOf(), "facet.node"), "of before");
    await install();
    expect((await readdir(outputOf())).sort()).toEqual([...FILES].sort());
    expect(await readFile(path.join(outputOf(), "facet.node"), "utf8")).toBe("the bytes of facet.node");
  });

  it("are refused when the archive is not the one of the manifest, and those of before stay", async () => {
    await mkdir(outputOf(), { recursive: true });
    await writeFile(path.join(outputOf(), "facet.node"), "of before");
    const file = path.join(folder, ARCHIVE);
    const content = await readFile(file);
    content.writeUInt8(content.readUInt8(content.length - 1) ^ 1, content.length - 1);
    await writeFile(file, content);
    await expect(install()).rejects.toThrow(/SHA-256 differs/);
    expect(await readdir(outputOf())).toEqual(["facet.node"]);
    expect(await readFile(path.join(outputOf(), "facet.node"), "utf8")).toBe("of before");
  });

  it.each<[why: string, wanted: Partial<Wanted>, words: RegExp]>([
    ["another node-llama-cpp", { nodeLlamaCpp: "3.23.0" }, /for node-llama-cpp 3\.22\.1; this is 3\.23\.0/],
    ["other C++ sources", { sources: "others" }, /other C\+\+ sources/],
    ["an older glibc", { glibc: "2.31" }, /need glibc 2\.34 or newer; this system has 2\.31/],
    ["another C library", { glibc: null }, /this system has none/],
    ["another system", { target: "win-x64" }, /no addons for win-x64/],
  ])("are refused for %s", async (_, wanted, words) => {
    await expect(install(wanted)).rejects.toThrow(words);
  });

  it("may need the very glibc that is there", async () => {
    await expect(install({ glibc: "2.34" })).resolves.toBeUndefined();
  });

  it.each([
    ["no manifest", () => rm(path.join(folder, MANIFEST_FILE)), /cannot be read/],
    ["no JSON", () => writeFile(path.join(folder, MANIFEST_FILE), "{"), /no list of prebuilt addons/],
    ["a later format", () => writeManifest({}, { format: 2 as 1 }), /no list of prebuilt addons/],
    ["an archive elsewhere", () => writeManifest({ archive: "../a.tar.gz" }), /no list of prebuilt addons/],
    ["no archive", () => rm(path.join(folder, ARCHIVE)), /cannot be read/],
  ])("are refused where there is %s", async (_, change, words) => {
    await change();
    await expect(install()).rejects.toThrow(words);
  });
});
