#include "core/kernels/LoadedLibrary.h"

#include <exception>
#include <string_view>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <psapi.h>
#include <windows.h>

#include "core/paths.h"
#elif defined(__APPLE__)
#include <dlfcn.h>
#include <mach-o/dyld.h>
#else
#include <dlfcn.h>
#include <link.h>
#endif

namespace facet {

std::string LoadedLibrary::name() const {
    std::string_view name = path_;
    name.remove_prefix(name.find_last_of("/\\") + 1);
    if (name.starts_with("lib")) name.remove_prefix(3);
    return std::string(name);
}

#if defined(_WIN32)
namespace {

/** Longer than any path that Windows has. */
constexpr DWORD kPathLimit = 32768;

}  // namespace

std::vector<LoadedLibrary> LoadedLibrary::all() {
    std::vector<HMODULE> modules(1024);
    DWORD bytes = 0;
    const auto size = static_cast<DWORD>(modules.size() * sizeof(HMODULE));
    if (!K32EnumProcessModules(GetCurrentProcess(), modules.data(), size, &bytes) || bytes > size) return {};
    modules.resize(bytes / sizeof(HMODULE));
    std::vector<LoadedLibrary> libraries;
    std::wstring path(kPathLimit, L'\0');
    for (HMODULE module : modules) {
        const DWORD length = GetModuleFileNameW(module, path.data(), kPathLimit);
        if (length > 0 && length < kPathLimit)
            libraries.push_back(LoadedLibrary(textOf(std::filesystem::path(path.substr(0, length)))));
    }
    return libraries;
}

void* LoadedLibrary::find(const char* symbol) const {
    HMODULE module = nullptr;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN, pathOf(path_).c_str(), &module)) return nullptr;
    return reinterpret_cast<void*>(GetProcAddress(module, symbol));
}
#else
#if defined(__APPLE__)
std::vector<LoadedLibrary> LoadedLibrary::all() {
    std::vector<LoadedLibrary> libraries;
    const uint32_t count = _dyld_image_count();
    for (uint32_t i = 0; i < count; ++i) {
        // Null when another thread has unloaded one in the meantime.
        const char* path = _dyld_get_image_name(i);
        if (path != nullptr) libraries.push_back(LoadedLibrary(path));
    }
    return libraries;
}
#else
std::vector<LoadedLibrary> LoadedLibrary::all() {
    struct Found {
        std::vector<LoadedLibrary> libraries;
        std::exception_ptr problem;
    } found;
    dl_iterate_phdr(
        [](dl_phdr_info* info, size_t, void* data) {
            auto* all = static_cast<Found*>(data);
            // Called from C: nothing may be thrown through it.
            try {
                if (info->dlpi_name != nullptr) all->libraries.push_back(LoadedLibrary(info->dlpi_name));
                return 0;
            } catch (...) {
                all->problem = std::current_exception();
                return 1;
            }
        },
        &found);
    if (found.problem) std::rethrow_exception(found.problem);
    return std::move(found.libraries);
}
#endif

void* LoadedLibrary::find(const char* symbol) const {
    // Never closed.
    void* library = dlopen(path_.c_str(), RTLD_NOW | RTLD_NOLOAD);
    return library == nullptr ? nullptr : dlsym(library, symbol);
}
#endif

}  // namespace facet
