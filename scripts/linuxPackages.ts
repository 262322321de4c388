// deb and rpm of the packaged app, by the systems' own tools (dpkg-deb, rpmbuild), from one tree of files. Linux.
import { spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { StepError } from "./step";
import { commandExists, debianPackage, ensureDebianPackages, GTK, neededLibraries } from "./systemLibraries";

const APP_FOLDER = "usr/lib/facet";
/** zstd, read by Debian 12, Ubuntu 20.04 and RPM 4.14: many times faster than xz, to make and to install, for a few per cent. */
const LEVEL = 10;

const About = z.object({ version: z.string(), description: z.string(), license: z.string() });
type About = z.infer<typeof About>;

export interface LinuxPackage {
  /** The unpacked app. */
  folder: string;
  /** Where the file is put. */
  output: string;
}

/** Paths of the packages. `say` tells what is installed for it. */
export async function makeDeb({ folder, output }: LinuxPackage, say: (line: string) => void): Promise<string> {
  needs(["dpkg-deb"], ["dpkg"], say, "Making a deb needs dpkg");
  const about = await readAbout();
  return withTree(folder, output, async (tree) => {
    await mkdir(path.join(tree, "DEBIAN"));
    await writeFile(path.join(tree, "DEBIAN/control"), debControl(about, process.arch, sizeKiB(tree), librariesOf(tree)));
    const file = path.join(output, `facet_${about.version}_${debArch(process.arch)}.deb`);
    run("dpkg-deb", ["--root-owner-group", "-Zzstd", `-z${LEVEL}`, "--build", tree, file]);
    return file;
  });
}

export async function makeRpm({ folder, output }: LinuxPackage, say: (line: string) => void): Promise<string> {
  needs(["rpmbuild"], ["rpm"], say, "Making an rpm needs rpmbuild");
  const about = await readAbout();
  return withTree(folder, output, async (tree) => {
    const arch = rpmArch(process.arch);
    const top = `${tree}-rpm`;
    const spec = path.join(top, "facet.spec");
    await mkdir(top, { recursive: true });
    try {
      await writeFile(spec, rpmSpec(about, tree, librariesOf(tree)));
      run("rpmbuild", ["-bb", "--target", arch, "--define", `_topdir ${top}`, "--define", `_rpmdir ${output}`, spec]);
      return path.join(output, `facet-${rpmVersion(about)}.${arch}.rpm`);
    } finally {
      await rm(top, { recursive: true, force: true });
    }
  });
}

/** All files where they are to be; the app's own as hard links, which cost neither time nor room. */
async function withTree(folder: string, output: string, use: (tree: string) => Promise<string>): Promise<string> {
  const tree = path.join(output, "tree");
  await rm(tree, { recursive: true, force: true });
  const place = async (from: string, to: string): Promise<void> => {
    await mkdir(path.dirname(path.join(tree, to)), { recursive: true });
    await copyFile(from, path.join(tree, to));
    await chmod(path.join(tree, to), 0o644);
  };
  try {
    await place("resources/linux/facet.desktop", "usr/share/applications/facet.desktop");
    await place("resources/linux/facet-mime.xml", "usr/share/mime/packages/facet.xml");
    await place("resources/icon.png", "usr/share/icons/hicolor/512x512/apps/facet.png");
    await place("resources/icon.svg", "usr/share/icons/hicolor/scalable/apps/facet.svg");
    await place("LICENSE", "usr/share/doc/facet/copyright");
    await mkdir(path.join(tree, "usr/bin"));
    await symlink(`/${APP_FOLDER}/resources/facet`, path.join(tree, "usr/bin/facet"));
    await mkdir(path.join(tree, path.dirname(APP_FOLDER)), { recursive: true });
    run("cp", ["-al", folder, path.join(tree, APP_FOLDER)]);
    // Owned by root in the package: Chromium's way into its sandbox where the system gives no user namespaces. A file of its own: it is not so in `folder`.
    const helper = path.join(tree, APP_FOLDER, "chrome-sandbox");
    await rm(helper);
    await copyFile(path.join(folder, "chrome-sandbox"), helper);
    await chmod(helper, 0o4755);
    return await use(tree);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** What Electron links to, but for GTK: the first of two kinds that is there is used. */
function librariesOf(tree: string): string[] {
  const isGtk = (library: string): boolean => GTK.some((name) => name === library);
  return neededLibraries(path.join(tree, APP_FOLDER, "facet")).filter((library) => !isGtk(library));
}

export function debControl(
  about: About,
  arch: NodeJS.Architecture,
  installedKiB: number,
  libraries: readonly string[],
): string {
  // Ubuntu 24.04 and Debian 13 renamed some: libgtk-3-0 became libgtk-3-0t64.
  const either = (library: string): string => `${debianPackage(library)} | ${debianPackage(library)}t64`;
  const depends = [...new Set([...libraries.map(either), GTK.map(either).toReversed().join(" | ")])];
  return `Package: facet
Version: ${about.version}
Architecture: ${debArch(arch)}
Maintainer: The Facet authors
Installed-Size: ${installedKiB}
Section: utils
Priority: optional
Depends: ${["libc6 (>= 2.35)", "libstdc++6", "xdg-utils", ...depends].join(", ")}
Recommends: libvulkan1, libsecret-1-0, ca-certificates
Description: ${about.description}
 Chats with language models on this computer, fits them into its memory, and
 switches between their fine-tunes.
`;
}

export function rpmSpec(about: About, tree: string, libraries: readonly string[]): string {
  return `%global debug_package %{nil}
%global __os_install_post %{nil}
%define _build_id_links none
%define _binary_payload w${LEVEL}.zstdio
Name: facet
Version: ${about.version.replaceAll("-", "~")}
Release: 1
Summary: ${about.description}
License: ${about.license}
# The app's own libraries are for nobody else.
AutoReqProv: no
${libraries.map((library) => `Requires: ${library}()(64bit)`).join("\n")}
Requires: (${GTK.map((library) => `${library}()(64bit)`).join(" or ")})
Requires: xdg-utils
Recommends: libvulkan.so.1()(64bit)

%description
Chats with language models on this computer, fits them into its memory, and
switches between their fine-tunes.

%install
mkdir -p %{buildroot}
cp -al ${tree}/. %{buildroot}

%files
%defattr(-,root,root,-)
/${APP_FOLDER}
%attr(4755,root,root) /${APP_FOLDER}/chrome-sandbox
/usr/bin/facet
/usr/share/applications/facet.desktop
/usr/share/mime/packages/facet.xml
/usr/share/icons/hicolor/512x512/apps/facet.png
/usr/share/icons/hicolor/scalable/apps/facet.svg
/usr/share/doc/facet
`;
}

function rpmVersion({ version }: About): string {
  return `${version.replaceAll("-", "~")}-1`;
}

function debArch(arch: NodeJS.Architecture): string {
  return arch === "x64" ? "amd64" : arch;
}

function rpmArch(arch: NodeJS.Architecture): string {
  return arch === "x64" ? "x86_64" : "aarch64";
}

async function readAbout(): Promise<About> {
  return About.parse(JSON.parse(await readFile("package.json", "utf8")));
}

function needs(
  commands: readonly string[],
  packages: readonly string[],
  say: (line: string) => void,
  why: string,
): void {
  if (!commands.every(commandExists)) ensureDebianPackages(packages, say, why);
}

function sizeKiB(folder: string): number {
  return Number(run("du", ["-sk", folder]).split("\t")[0]);
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new StepError(`${command} failed: ${`${stderr}`.trim().split("\n").slice(-5).join("\n")}`);
  return stdout;
}
