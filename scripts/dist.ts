// `npm run dist`: everything that people download for this system, in out/dist, from the packaged app. deb and rpm by the systems' own tools,
// the rest by electron-builder, which fetches its own from github.com.
import { spawnSync } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { makeRpm } from "./linuxPackages";
import { debOfApp, DISTRIBUTION, packageApp, packagedApp, sayFile } from "./package";
import { exitWith, step } from "./step";

const NO_TOOLS = "its tools come from github.com, which does not answer here";
const BUILDER: Partial<Record<NodeJS.Platform, { option: string; kinds: readonly string[] }>> = {
  linux: { option: "--linux", kinds: ["tar.gz", "AppImage"] },
  darwin: { option: "--mac", kinds: ["dmg", "zip"] },
  win32: { option: "--win", kinds: ["nsis", "zip"] },
};

/** With --all, what cannot be made is a failure: the release leaves nothing out. */
async function distribute(all: boolean): Promise<string> {
  const builder = BUILDER[process.platform];
  const copy = path.resolve("out/dist-input");
  const made: string[] = [];
  for (const kind of builder?.kinds ?? []) {
    // electron-builder writes into the folder it is given; the packaged app stays as it was tested.
    await cp(packagedApp().folder, copy, { recursive: true, verbatimSymlinks: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "node_modules/electron-builder/cli.js",
        builder?.option ?? "",
        kind,
        `--${process.arch}`,
        "--prepackaged",
        process.platform === "darwin" ? path.join(copy, "Facet.app") : copy,
        "--publish",
        "never",
      ],
      { encoding: "utf8" },
    );
    await rm(copy, { recursive: true, force: true });
    if (status === 0) made.push(kind);
    else {
      const reason = reasonOf(`${stdout}${stderr}`);
      if (all) throw new Error(`electron-builder could not make ${kind}: ${reason}`);
      console.log(`· ${kind}: left out, electron-builder could not make it: ${reason}`);
    }
  }
  return made.length > 0 ? `${made.join(", ")} in out/dist` : "nothing was made";
}

function reasonOf(output: string): string {
  if (/(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED)\S*.*github/.test(output)) return NO_TOOLS;
  const line = output.split("\n").findLast((text) => /cannot|failed|error|⨯/i.test(text)) ?? "it gave no reason";
  return line.trim().slice(0, 300);
}

async function rpmOfApp(say: (line: string) => void): Promise<string> {
  if (process.platform !== "linux") return "left out: this is not Linux";
  await mkdir(DISTRIBUTION, { recursive: true });
  return sayFile(await makeRpm({ folder: packagedApp().folder, output: DISTRIBUTION }, say));
}

await packageApp()
  .then(() => step("Deb", debOfApp))
  .then(() => step("Rpm", rpmOfApp))
  .then(() => step("Distribution", () => distribute(process.argv.includes("--all"))))
  .catch(exitWith);
