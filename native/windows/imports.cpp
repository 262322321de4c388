#include "windows/imports.h"

#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <string>
#include <system_error>

#include "core/Failure.h"
#include "core/paths.h"

namespace facet {

namespace {

void* addressIn(HMODULE module, const char* name) { return reinterpret_cast<void*>(GetProcAddress(module, name)); }

/** Some programs have Node in a library of its own. Functions that an older Node lacks stay null; nothing calls them.
 */
bool bindHost() {
    HMODULE host = GetModuleHandleW(L"libnode.dll");
    if (host == nullptr) host = GetModuleHandleW(nullptr);
    for (const Import& import : kHostImports) *import.address = addressIn(host, import.name);
    return true;
}

/** Before Node looks for the addon's first function. */
const bool isHostBound = bindHost();

/** Of this addon. It stays loaded: llama.cpp keeps pointers into it. */
std::filesystem::path ownFolder() {
    constexpr DWORD kPathLimit = 32768;
    HMODULE module = nullptr;
    std::wstring path(kPathLimit, L'\0');
    const auto* here = reinterpret_cast<const wchar_t*>(&bindLibraries);
    if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN, here, &module))
        path.resize(GetModuleFileNameW(module, path.data(), kPathLimit));
    return std::filesystem::path(path).parent_path();
}

HMODULE loaded(const std::filesystem::path& file) {
    if (HMODULE module = GetModuleHandleW(file.filename().c_str()); module != nullptr) return module;
    // What it needs itself is beside it.
    HMODULE module =
        LoadLibraryExW(file.c_str(), nullptr, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    if (module != nullptr) return module;
    const auto code = static_cast<int>(GetLastError());
    throw Failure("engine-unusable", textOf(file) + ": " + std::system_category().message(code));
}

}  // namespace

void bindLibraries() {
    const std::filesystem::path folder = (ownFolder() / pathOf(kLibrariesFolder)).lexically_normal();
    for (const ImportedLibrary& library : kLibraries) {
        HMODULE module = loaded((folder / library.file).make_preferred());
        for (const Import& import : library.imports) {
            *import.address = addressIn(module, import.name);
            if (*import.address == nullptr)
                throw Failure("engine-unusable", textOf(library.file) + " has no " + import.name);
        }
    }
}

}  // namespace facet
