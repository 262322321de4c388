#include "core/kernels/KernelSet.h"

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#endif

namespace facet {

namespace {

#if defined(__x86_64__)
bool hasAvx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}
bool hasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool hasDotProduct() { return false; }
#elif defined(__aarch64__)
bool hasAvx512() { return false; }
bool hasAvx2() { return false; }
bool hasDotProduct() {
#if defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#elif defined(_WIN32)
    constexpr DWORD kDotProduct = 43;  // PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE, which older headers lack
    return IsProcessorFeaturePresent(kDotProduct) != 0;
#else
    // Every Mac with an Apple chip has it.
    return true;
#endif
}
#else
bool hasAvx512() { return false; }
bool hasAvx2() { return false; }
bool hasDotProduct() { return false; }
#endif

}  // namespace

std::vector<const KernelSet*> usableKernels() {
    std::vector<const KernelSet*> usable;
    if (hasAvx512() && avx512Kernels() != nullptr) usable.push_back(avx512Kernels());
    if (hasAvx2() && avx2Kernels() != nullptr) usable.push_back(avx2Kernels());
    if (hasDotProduct() && neonKernels() != nullptr) usable.push_back(neonKernels());
    return usable;
}

}  // namespace facet
