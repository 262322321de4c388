#include "core/devices/GpuDevices.h"

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include "ggml-backend.h"

namespace facet {

namespace {

/** By this name every back end that is a library of its own gives its registry. */
constexpr const char* kInitSymbol = "ggml_backend_init";
using Init = ggml_backend_reg_t (*)();

/** null where the library is not loaded. It stays loaded as long as the process. */
Init initOf(const std::string& library) {
#if defined(_WIN32)
    HMODULE handle = GetModuleHandleA(library.c_str());
    if (handle == nullptr) return nullptr;
    return reinterpret_cast<Init>(reinterpret_cast<void*>(GetProcAddress(handle, kInitSymbol)));
#else
    void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_NOLOAD);
    return handle == nullptr ? nullptr : reinterpret_cast<Init>(dlsym(handle, kInitSymbol));
#endif
}

}  // namespace

std::vector<GpuDevice> gpuDevices(const std::string& library) {
    const Init init = initOf(library);
    ggml_backend_reg_t registry = init == nullptr ? nullptr : init();
    std::vector<GpuDevice> devices;
    if (registry == nullptr) return devices;
    for (size_t i = 0; i < ggml_backend_reg_dev_count(registry); i++) {
        ggml_backend_dev_t device = ggml_backend_reg_dev_get(registry, i);
        const enum ggml_backend_dev_type type = ggml_backend_dev_type(device);
        if (type != GGML_BACKEND_DEVICE_TYPE_GPU && type != GGML_BACKEND_DEVICE_TYPE_IGPU) continue;
        size_t freeBytes = 0;
        size_t totalBytes = 0;
        ggml_backend_dev_memory(device, &freeBytes, &totalBytes);
        const char* name = ggml_backend_dev_description(device);
        devices.push_back({.name = name == nullptr ? "" : name,
                           .isIntegrated = type == GGML_BACKEND_DEVICE_TYPE_IGPU,
                           .totalBytes = totalBytes,
                           .freeBytes = freeBytes});
    }
    return devices;
}

}  // namespace facet
