// The GPUs that a back end of ggml, loaded in this process, computes on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

struct GpuDevice {
    /** "NVIDIA GeForce RTX 3060" */
    std::string name;
    /** It uses the computer's own memory. */
    bool isIntegrated;
    uint64_t totalBytes;
    uint64_t freeBytes;
};

/**
 * In the back end's own order. `library`: the path under which the back end's library was loaded; it is not loaded
 * here. Empty where it is not there, or is no back end. Throws std::bad_alloc.
 */
std::vector<GpuDevice> gpuDevices(const std::string& library);

}  // namespace facet
