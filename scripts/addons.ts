// `npm run addons`: builds the C++ addons of every system on this machine, for releases: an archive for each in out/addons,
// and manifest.json. Options: names of systems ("linux-arm64"), by default all; --node-llama-cpp=VERSION links to that
// version's libraries in place of the app's, to see whether it can be done.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { crossPlace } from "./addons/crossPlace";
import { nodeLlamaCppVersion } from "./addons/llamaPackages";
import { readMacAddon } from "./addons/machO";
import { MANIFEST_FILE, sourcesHash, type AddonManifest, type PrebuiltArchive } from "./addons/manifest";
import { ADDON_TARGETS, type AddonTarget } from "./addons/targets";
import { addonFileName, ADDONS, buildAddon } from "./buildNative";
import { exitWith, step, StepError } from "./step";

const run = promisify(execFile);

const OUTPUT = path.join("out", "addons");

async function archiveOf(
  target: AddonTarget,
  nodeLlamaCpp: string,
  say: (line: string) => void,
): Promise<PrebuiltArchive> {
  const place = await crossPlace(target, nodeLlamaCpp, say);
  for (const addon of ADDONS) {
    await buildAddon(addon, place);
    if (target.platform === "darwin") await checkMacAddon(path.join(place.output, addonFileName(addon)));
  }
  const archive = `facet-addons-${target.name}.tar.gz`;
  const file = path.resolve(OUTPUT, archive);
  await run("tar", ["-czf", file, ...ADDONS.map(addonFileName)], { cwd: place.output });
  const content = await readFile(file);
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { archive, bytes: content.length, sha256, nodeLlamaCpp, glibc: target.glibc };
}

/** Its linker leaves anything open that it does not find; a Mac with an Apple chip loads nothing that is not signed. */
async function checkMacAddon(file: string): Promise<void> {
  const { lookedUp, isSigned } = readMacAddon(await readFile(file));
  const strange = lookedUp.filter((name) => !/^(napi|node_api)_/.test(name));
  if (strange.length > 0) throw new StepError(`${file} needs functions that nobody has: ${strange.join(", ")}`);
  if (!isSigned) throw new StepError(`${file} is not signed.`);
}

async function main(args: readonly string[]): Promise<void> {
  const option = "--node-llama-cpp=";
  const nodeLlamaCpp =
    args.find((arg) => arg.startsWith(option))?.slice(option.length) ?? (await nodeLlamaCppVersion());
  const names = args.filter((arg) => !arg.startsWith(option));
  const unknown = names.filter((name) => !ADDON_TARGETS.some((target) => target.name === name));
  if (unknown.length > 0)
    throw new StepError(
      `There are no addons for ${unknown.join(", ")}; there are ${ADDON_TARGETS.map(({ name }) => name).join(", ")}.`,
    );
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  const manifest: AddonManifest = { format: 1, sources: await sourcesHash(), addons: {} };
  // All of them, whatever fails.
  for (const target of ADDON_TARGETS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    try {
      manifest.addons[target.name] = await step(
        `Addons for ${target.name}`,
        (say) => archiveOf(target, nodeLlamaCpp, say),
        ({ archive, bytes }) => `${archive}, ${(bytes / 1e6).toFixed(1)} MB`,
      );
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      console.error(`✗ Addons for ${target.name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
  const file = path.join(OUTPUT, MANIFEST_FILE);
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${file}: ${Object.keys(manifest.addons).join(", ")}, for node-llama-cpp ${nodeLlamaCpp}`);
}

await main(process.argv.slice(2)).catch(exitWith);
