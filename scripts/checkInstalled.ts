// `npm run test:installed`: the packages of out/dist in places that have nothing of ours. As root on Debian; slow. The deb is installed in a
// fresh Debian, where the command and the window start, and removed; the rpm and the AppImage are unpacked, and their commands start.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DISTRIBUTION } from "./package";
import { exitWith, step, StepError } from "./step";
import { ensureDebianPackages, commandExists } from "./systemLibraries";

const SUITE = "bookworm";
/** Until the window is shown, on a slow computer. */
const WINDOW_TIMEOUT_S = 120;

async function inFolder(use: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-installed-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkDeb(file: string, say: (line: string) => void): Promise<string> {
  if (process.getuid?.() !== 0) throw new StepError("A fresh Debian is made by root: run this with sudo.");
  if (!commandExists("debootstrap")) ensureDebianPackages(["debootstrap"], say, "A fresh Debian needs debootstrap");
  return inFolder(async (folder) => {
    const root = path.join(folder, "root");
    say(`making a fresh Debian (${SUITE})`);
    run("debootstrap", ["--variant=minbase", "--include=ca-certificates", SUITE, root]);
    await copyFile(file, path.join(root, "facet.deb"));
    const inside = (...words: string[]) => run("chroot", [root, "/usr/bin/env", ...ENVIRONMENT, ...words]);
    // Without these Chromium does not start.
    run("mount", ["-t", "proc", "proc", path.join(root, "proc")]);
    run("mount", ["--bind", "/dev", path.join(root, "dev")]);
    try {
      say("installing");
      inside("apt-get", "update", "-q");
      inside("apt-get", "install", "-q", "-y", "--no-install-recommends", "/facet.deb", "xvfb", "xauth");
      contains(inside("facet", "--help"), "Usage: facet");
      contains(inside("facet", "doctor", "--json"), '"llamaCpp"');
      contains(await readFile(path.join(root, "usr/share/mime/types"), "utf8"), "application/x-gguf");
      say("opening the window");
      const log = path.join(root, "data/logs/main.log");
      spawnSync(
        "chroot",
        [root, "/usr/bin/env", ...ENVIRONMENT, "timeout", String(WINDOW_TIMEOUT_S), "sh", "-c", OPEN_WINDOW],
        { encoding: "utf8" },
      );
      endAllIn(root);
      contains(await readFile(log, "utf8"), "window is shown");
      inside("apt-get", "purge", "-q", "-y", "facet");
      const left = ["usr/lib/facet", "usr/bin/facet", "usr/share/applications/facet.desktop"].filter((one) =>
        existsSync(path.join(root, one)),
      );
      if (left.length > 0) throw new StepError(`These stay after the removal: ${left.join(", ")}`);
      return "installs, starts, and is removed";
    } finally {
      endAllIn(root);
      run("umount", [path.join(root, "proc")]);
      run("umount", [path.join(root, "dev")]);
    }
  });
}

const ENVIRONMENT = [
  "-i",
  "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
  "HOME=/root",
  "LANG=C.UTF-8",
  "DEBIAN_FRONTEND=noninteractive",
  "FACET_DATA_DIR=/data",
];
/** Ends as soon as the window is there, which stays. Root has no sandbox. */
const OPEN_WINDOW = `xvfb-run -a facet --no-sandbox > /dev/null 2>&1 & until grep -qs 'window is shown' /data/logs/main.log; do sleep 1; done`;

/** Whatever still runs in there. */
function endAllIn(root: string): void {
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      if (readlinkSync(`/proc/${name}/root`) === root) process.kill(Number(name), "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}

async function checkRpm(file: string, say: (line: string) => void): Promise<string> {
  if (!commandExists("rpm2cpio") || !commandExists("cpio"))
    ensureDebianPackages(["rpm", "cpio"], say, "An rpm is read by rpm");
  return inFolder(async (folder) => {
    const files = run("rpm", ["-qlp", file]).split("\n");
    for (const one of ["/usr/bin/facet", "/usr/lib/facet/facet", "/usr/share/mime/packages/facet.xml"])
      if (!files.includes(one)) throw new StepError(`${one} is missing in it.`);
    contains(run("rpm", ["-qp", "--requires", file]), "libgtk-3.so.0()(64bit)");
    run("sh", ["-c", 'rpm2cpio "$1" | (cd "$2" && cpio -idm --quiet)', "sh", file, folder]);
    contains(run(path.join(folder, "usr/lib/facet/resources/facet"), ["--help"]), "Usage: facet");
    return `${files.length - 1} files, and its command starts`;
  });
}

async function checkAppImage(file: string): Promise<string> {
  return inFolder(async (folder) => {
    run("sh", ["-c", 'cd "$1" && "$2" --appimage-extract > extracted.txt', "sh", folder, file]);
    contains(run(path.join(folder, "squashfs-root/resources/facet"), ["--help"]), "Usage: facet");
    return "its command starts";
  });
}

function contains(text: string, wanted: string): void {
  if (!text.includes(wanted)) throw new StepError(`"${wanted}" is not in: ${text.slice(-2000)}`);
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 100_000_000 });
  if (status !== 0)
    throw new StepError(`${command} ${args.join(" ")} failed: ${`${stdout}${stderr}`.trim().slice(-2000)}`);
  return stdout;
}

async function checkAll(): Promise<void> {
  const files = (await readdir(DISTRIBUTION)).map((name) => path.join(DISTRIBUTION, name));
  const of = (ending: string) => files.filter((file) => file.endsWith(ending));
  for (const file of of(".deb")) await step("deb", (say) => checkDeb(file, say));
  for (const file of of(".rpm")) await step("rpm", (say) => checkRpm(file, say));
  for (const file of of(".AppImage")) await step("AppImage", () => checkAppImage(file));
}

await checkAll().catch(exitWith);
