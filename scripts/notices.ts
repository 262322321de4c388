// The notices of third-party software: name, version and licence text of what a package contains, by package-lock.json and node_modules.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { llamaCppCheckout } from "./buildNative";
import { belongsInPackage, NOTICES_FILE, type PackageTarget } from "./packagedFiles";
import { StepError } from "./step";

const names = z.record(z.string(), z.string()).default({});
const LockedPackage = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().default(false),
  /** Needed by one that is shipped, if it is installed. */
  devOptional: z.boolean().default(false),
  dependencies: names,
  optionalDependencies: names,
});
const Lock = z.object({ packages: z.record(z.string(), LockedPackage) });
type Locked = z.infer<typeof Lock>["packages"];
const About = z.object({
  version: z.string(),
  author: z.union([z.string(), z.object({ name: z.string() })]).optional(),
});

/** Whose code the build takes into its files; tests and what only tests use are no part of it. */
const BUNDLED_FROM = ["electron", "renderer"];
const NOT_BUNDLED = /(\.test\.tsx?|^electron\/testing\/.*)$/;
const IMPORT = /(?:\bfrom|\bimport|@import)\s*\(?\s*"((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:\/[^"]*)?"/g;
/** Its own licence and Chromium's are beside the program. */
const RUNTIME = "electron";
const LICENCE_FILE = /^(licen[cs]e|copying|notice|unlicense)(\b|[._-])/i;

/** What node-llama-cpp's binaries are built of, and the licences in llama.cpp's source. */
const IN_LLAMA_BINARIES = {
  "llama.cpp, ggml": "LICENSE",
  "JSON for Modern C++": "licenses/LICENSE-jsonhpp",
  "cpp-httplib": "vendor/cpp-httplib/LICENSE",
};

export interface ThirdParty {
  name: string;
  version: string;
  licence: string;
  text: string;
}

/** Returns what was done, in words. */
export async function writeNotices(target: PackageTarget): Promise<string> {
  const parts = [...(await packageParts(target)), ...(await llamaCppParts())];
  await mkdir(path.dirname(NOTICES_FILE), { recursive: true });
  await writeFile(NOTICES_FILE, noticesText(parts));
  return `${parts.length} parts in ${NOTICES_FILE}`;
}

/** Packages with the same text share it. */
export function noticesText(parts: readonly ThirdParty[]): string {
  const byText = new Map<string, ThirdParty[]>();
  for (const part of parts) byText.set(part.text, [...(byText.get(part.text) ?? []), part]);
  const sections = [...byText].map(([text, those]) => {
    const heading = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`).join("\n");
    return `${heading}\n\n${text}`;
  });
  const intro = "Facet contains the following software. The licences of Electron and Chromium are beside the program.";
  return `${[intro, ...sections].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/**
 * The production dependencies that are installed and belong in the package, and what the build bundles of the others. Throws StepError
 * where the installed version is another than the lock's, or a licence has no text.
 */
export async function packageParts(target: PackageTarget): Promise<ThirdParty[]> {
  const { packages } = Lock.parse(JSON.parse(await readFile("package-lock.json", "utf8")));
  const bundled = withDependencies(await bundledPackages(packages), packages);
  const parts: ThirdParty[] = [];
  for (const folder of Object.keys(packages).sort()) {
    const locked = packages[folder];
    if (folder === "" || locked === undefined || !(bundled.has(folder) || !(locked.dev || locked.devOptional)))
      continue;
    // Packages for other systems are in the lock and not installed.
    if (!existsSync(folder) || !belongsInPackage(`/${folder}/package.json`, target)) continue;
    parts.push(await partOf(folder, locked));
  }
  return parts;
}

async function partOf(folder: string, { version, license }: Locked[string]): Promise<ThirdParty> {
  const about = About.parse(JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")));
  const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
  if (version === undefined || license === undefined)
    throw new StepError(`package-lock.json gives ${name} no version or no licence.`);
  if (about.version !== version)
    throw new StepError(
      `${name} is installed as ${about.version}, and package-lock.json has ${version}: run npm install again.`,
    );
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  const author = typeof about.author === "object" ? about.author.name : about.author;
  return { name, version, licence: license, text: texts.length > 0 ? tidy(texts) : textFor(name, license, author) };
}

/** For packages that name the MIT licence and have no file of it. */
function textFor(name: string, licence: string, author = `the authors of ${name}`): string {
  if (licence !== "MIT") throw new StepError(`${name} has no licence text, and its licence is ${licence}.`);
  return `Copyright (c) ${author}\n\n${MIT_TERMS}`;
}

async function llamaCppParts(): Promise<ThirdParty[]> {
  const checkout = await llamaCppCheckout(Object.values(IN_LLAMA_BINARIES));
  if (checkout === null) throw new StepError("git is missing. Get it with: sudo apt-get install git");
  const { tag } = z
    .object({ tag: z.string() })
    .parse(JSON.parse(await readFile("node_modules/node-llama-cpp/llama/llama.cpp.info.json", "utf8")));
  return Promise.all(
    Object.entries(IN_LLAMA_BINARIES).map(async ([name, file]) => {
      const text = tidy([await readFile(path.join(checkout, file), "utf8")]);
      return { name, version: name === "llama.cpp, ggml" ? tag : `of llama.cpp ${tag}`, licence: "MIT", text };
    }),
  );
}

/** Folders of the development dependencies that the app's own code imports. */
async function bundledPackages(packages: Locked): Promise<string[]> {
  const imported = new Set<string>();
  for (const root of BUNDLED_FROM) {
    for (const file of await readdir(root, { recursive: true })) {
      const source = path.join(root, file);
      if (!/\.(tsx?|css)$/.test(file) || NOT_BUNDLED.test(source)) continue;
      for (const [, name] of (await readFile(source, "utf8")).matchAll(IMPORT)) if (name) imported.add(name);
    }
  }
  return [...imported]
    .map((name) => `node_modules/${name}`)
    .filter((folder) => folder in packages && !folder.endsWith(`/${RUNTIME}`));
}

/** Those and all that they need, as Node finds it: in the folders above one. */
function withDependencies(folders: readonly string[], packages: Locked): ReadonlySet<string> {
  const found = new Set<string>();
  const rest = [...folders];
  for (let folder = rest.pop(); folder !== undefined; folder = rest.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = packages[folder] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const needed = resolve(name, folder, packages);
      if (needed !== null) rest.push(needed);
    }
  }
  return found;
}

function resolve(name: string, from: string, packages: Locked): string | null {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf("/node_modules/")))) {
    const folder = path.posix.join(above, "node_modules", name);
    if (folder in packages) return folder;
    if (above === "") return null;
  }
}

function tidy(texts: readonly string[]): string {
  return texts.map((text) => text.replaceAll("\r\n", "\n").trim()).join("\n\n");
}

const MIT_TERMS = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
