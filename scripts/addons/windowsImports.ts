// Writes the pointers through which an addon for Windows calls other modules (native/windows/imports.h says why): Node-API of
// the running program, and what llama.cpp's libraries export.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { exportedNames } from "./peExports";

/** Their functions of C; those of C++ have names with signs in them, and some of the C library are among the exports. */
const LLAMA_FUNCTION = /^(llama|ggml|gguf)_\w+$/;
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
    names.map(async (name) =>
      exportedNames(await readFile(path.join(libraries, name))).filter((name) => LLAMA_FUNCTION.test(name)),
    ),
  );
  // Node-API is declared as of another module: such a call goes through a pointer of this name.
  const hostPointers = host.map((name) => `void* __imp_${name} = nullptr;`);
  const hostRows = host.map((name) => `    {"${name}", &__imp_${name}},`);
  const forwards = exported.flat().map((name) => `FACET_FORWARD(${name})`);
  const lists = exported.map((all, index) => {
    const rows = all.map((name) => `    {"${name}", &facet_at_${name}},`);
    return `constexpr Import kImports${index}[] = {\n${rows.join("\n")}\n};`;
  });
  const rows = names.map((name, index) => `    {L"${name}", kImports${index}},`);
  return `// Written by scripts/addons/windowsImports.ts.
#include "windows/imports.h"

extern "C" {
${hostPointers.join("\n")}
}

${forwards.join("\n")}

namespace facet {

namespace {

constexpr Import kHost[] = {
${hostRows.join("\n")}
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
