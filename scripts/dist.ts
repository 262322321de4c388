// `npm run dist`: AppImage and tar.gz from the packaged app, with electron-builder, which fetches its own tools from github.com.
import { spawnSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { packageApp, packagedApp } from "./package";
import { exitWith, step } from "./step";

const NO_TOOLS = "its tools come from github.com, which does not answer here";

/** electron-builder writes into the folder it is given; the packaged app stays as it was tested. */
async function distribute(): Promise<string> {
  const copy = path.resolve("out/dist-input");
  const made: string[] = [];
  for (const kind of process.platform === "linux" ? ["AppImage", "tar.gz"] : ["zip"]) {
    await cp(packagedApp().folder, copy, { recursive: true, verbatimSymlinks: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "node_modules/electron-builder/cli.js",
        `--${{ linux: "linux", darwin: "mac", win32: "win" }[process.platform as string] ?? "linux"}`,
        kind,
        `--${process.arch}`,
        "--prepackaged",
        copy,
        "--publish",
        "never",
      ],
      { encoding: "utf8" },
    );
    await rm(copy, { recursive: true, force: true });
    if (status === 0) made.push(kind);
    else {
      const reason = reasonOf(`${stdout}${stderr}`);
      console.log(`· ${kind}: left out, electron-builder could not make it: ${reason}`);
      if (reason === NO_TOOLS) break; // It would wait a minute for each kind.
    }
  }
  if (made.includes("AppImage"))
    console.log(
      "· AppImage: it starts without Chromium's sandbox where a system forbids user namespaces, as Ubuntu does; the deb has it everywhere",
    );
  return made.length > 0 ? `${made.join(", ")} in out/dist` : "nothing was made";
}

function reasonOf(output: string): string {
  if (/(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED)\S*.*github/.test(output)) return NO_TOOLS;
  const line = output.split("\n").findLast((text) => /cannot|failed|error|⨯/i.test(text)) ?? "it gave no reason";
  return line.trim().slice(0, 300);
}

await packageApp()
  .then(() => step("Distribution", distribute))
  .catch(exitWith);
