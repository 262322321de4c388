// How the addons come to functions of other modules on Windows. There is no search path in a library there, an import
// of Node's functions names one program ("node.exe", which Electron is not), and node-llama-cpp brings no import
// libraries. So scripts/addons/windowsImports.ts writes the pointers that such calls go through, and these functions
// fill them.
#pragma once

#include <span>

/** Defines a function of C that goes on to where the pointer says: llama.cpp's headers know no other modules here. */
#if defined(__x86_64__)
#define FACET_FORWARD(name)          \
    extern "C" {                     \
    void* facet_at_##name = nullptr; \
    }                                \
    asm(".text\n.globl " #name "\n" #name ":\njmpq *facet_at_" #name "(%rip)\n");
#elif defined(__aarch64__)
#define FACET_FORWARD(name)                                                          \
    extern "C" {                                                                     \
    void* facet_at_##name = nullptr;                                                 \
    }                                                                                \
    asm(".text\n.p2align 2\n.globl " #name "\n" #name ":\nadrp x16, facet_at_" #name \
        "\nldr x16, [x16, :lo12:facet_at_" #name "]\nbr x16\n");
#endif

namespace facet {

struct Import {
    const char* name;
    void** address;
};

struct ImportedLibrary {
    const wchar_t* file;
    std::span<const Import> imports;
};

// In the file that is written for each addon.

/** Node-API, which the running program exports. */
extern const std::span<const Import> kHostImports;
extern const std::span<const ImportedLibrary> kLibraries;
/** From the addon's folder to that of the libraries; UTF-8. */
extern const char* const kLibrariesFolder;

/**
 * llama.cpp's libraries: those that this process has loaded already, else out of kLibrariesFolder. Before the first
 * call of one of their functions, and not while a module is loaded. Throws Failure "engine-unusable" with what is
 * missing.
 */
void bindLibraries();

}  // namespace facet
