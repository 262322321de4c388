// The last files of a release: `node scripts/run.mjs scripts/finishRelease.ts FOLDER v1.2.3`. In FOLDER the list of what is inside and the
// checksums; beside it the notes, out of CHANGELOG.md.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { changesOf } from "./changelog";
import { packageParts } from "./notices";
import { packageTarget } from "./packagedFiles";
import { exitWith, step, StepError } from "./step";

const CHECKSUMS = "SHA256SUMS";

async function finishRelease(folder: string, tag: string): Promise<string> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile("package.json", "utf8")));
  if (tag !== `v${version}`) throw new StepError(`The tag is ${tag}, and package.json has version ${version}.`);
  const notes = changesOf(await readFile("CHANGELOG.md", "utf8"), version);
  if (notes === null) throw new StepError(`CHANGELOG.md has no heading "## ${version}".`);
  await writeFile(path.join(path.dirname(folder), "release-notes.md"), `${notes}\n`);
  await writeFile(path.join(folder, "facet.cdx.json"), await bill());
  const names = (await readdir(folder)).filter((name) => name !== CHECKSUMS).sort();
  const lines = await Promise.all(names.map(async (name) => `${await sha256(path.join(folder, name))}  ${name}\n`));
  await writeFile(path.join(folder, CHECKSUMS), lines.join(""));
  return `${names.length} files`;
}

const Bill = z.looseObject({
  components: z.array(z.looseObject({ "bom-ref": z.string(), name: z.string(), version: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string() })),
});

/**
 * CycloneDX, by npm, of what the package for this system contains: what is shipped as it is, and what the build takes into its files, which
 * npm knows as development dependencies; and Electron.
 */
async function bill(): Promise<string> {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
  const { status, stdout, stderr } = spawnSync(npm, args, { encoding: "utf8", maxBuffer: 100_000_000 });
  if (status !== 0) throw new StepError(`npm sbom failed: ${stderr.trim()}`);
  const all = Bill.parse(JSON.parse(stdout));
  const inside = new Set((await packageParts(packageTarget())).map(({ name, version }) => `${name}@${version}`));
  const components = all.components.filter(
    ({ name, version }) => name === "electron" || inside.has(`${name}@${version}`),
  );
  const refs = new Set(components.map((component) => component["bom-ref"]));
  const dependencies = all.dependencies.filter(({ ref }) => refs.has(ref));
  return `${JSON.stringify({ ...all, components, dependencies }, null, 2)}\n`;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

const [folder, tag] = process.argv.slice(2);
if (folder === undefined || tag === undefined) throw new Error("give the folder and the tag");
await step("Release", () => finishRelease(path.resolve(folder), tag)).catch(exitWith);
