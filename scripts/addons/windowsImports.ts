// Writes the pointers through which an addon for Windows calls other modules (native/windows/imports.h says why): Node-API of
// the running program, and what llama.cpp's libraries export.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { exportedNames } from "./peExports";

/** All that Node exports for addons, by name. */
const NODE_API = "node_modules/node-api-headers/def/node_api.def";

export interface WindowsImports {
  /** node-llama-cpp's folder of libraries, here. */
  libraries: string;
  /** Of those that are called. */
  names: readonly string[];
  /** The same folder as seen from the addon, or absolute. */
  folder: string;
  /** For programs, which have no first function that would do it. */
  bindsAtStart: boolean;
}

/** Leaves the file as it is when it says the same, so that nothing is compiled again. */
export async function writeWindowsImports(file: string, imports: WindowsImports): Promise<void> {
  const text = await windowsImports(imports);
  if ((await readFile(file, "utf8").catch(() => null)) === text) return;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function windowsImports({ libraries, names, folder, bindsAtStart }: WindowsImports): Promise<string> {
  const host = namesOfDef(await readFile(NODE_API, "utf8"));
  const exported = await Promise.all(
    names.map(async (name) => exportedNames(await readFile(path.join(libraries, name))).filter(isFunctionOfC)),
  );
  // What two libraries export is the first one's.
  const known = new Set(host);
  const own = exported.map((all) => all.filter((name) => !known.has(name) && known.add(name)));
  const pointers = [...host, ...own.flat()].map((name) => `void* __imp_${name} = nullptr;`);
  const list = (all: readonly string[]) => all.map((name) => `    {"${name}", &__imp_${name}},`).join("\n");
  const lists = own.map((all, index) => `constexpr Import kImports${index}[] = {\n${list(all)}\n};`);
  const rows = names.map((name, index) => `    {L"${name}", kImports${index}},`);
  return `// Written by scripts/addons/windowsImports.ts.
#include "windows/imports.h"

extern "C" {
${pointers.join("\n")}
}

namespace facet {

namespace {

constexpr Import kHost[] = {
${list(host)}
};

${lists.join("\n\n")}

constexpr ImportedLibrary kImported[] = {
${rows.join("\n")}
};

}  // namespace

extern constexpr std::span<const Import> kHostImports = kHost;
extern constexpr std::span<const ImportedLibrary> kLibraries = kImported;
extern constexpr const char* kLibrariesFolder = ${JSON.stringify(folder)};
${bindsAtStart ? "\nconst bool isBound = (bindLibraries(), true);\n" : ""}
}  // namespace facet
`;
}

function namesOfDef(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.slice(lines.indexOf("EXPORTS") + 1).filter((line) => line !== "");
}

/** Functions of C++ have names with signs in them. */
function isFunctionOfC(name: string): boolean {
  return /^[a-z]\w*$/i.test(name);
}
