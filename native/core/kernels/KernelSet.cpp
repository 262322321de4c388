#include "core/kernels/KernelSet.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#endif

namespace facet {

namespace {

#if defined(__x86_64__)
// Asked of the processor itself: __builtin_cpu_supports knows nothing where the compiler's library is Zig's.

bool hasBits(uint64_t value, uint64_t bits) { return (value & bits) == bits; }

struct Leaf {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;

    /** Zeros where the processor does not know it. */
    explicit Leaf(unsigned number) { __get_cpuid_count(number, 0, &eax, &ebx, &ecx, &edx); }
};

/** Whether the system keeps these registers when it goes from one thread to another. */
bool keeps(uint64_t registers) {
    constexpr unsigned kCanBeAsked = 1U << 27;
    if (!hasBits(Leaf(1).ecx, kCanBeAsked)) return false;
    unsigned low = 0;
    unsigned high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return hasBits(static_cast<uint64_t>(high) << 32 | low, registers);
}

bool hasAvx2() {
    constexpr uint64_t kRegisters = 0x6;
    constexpr unsigned kFma = 1U << 12;
    constexpr unsigned kAvx2 = 1U << 5;
    return keeps(kRegisters) && hasBits(Leaf(1).ecx, kFma) && hasBits(Leaf(7).ebx, kAvx2);
}

bool hasAvx512() {
    constexpr uint64_t kRegisters = 0xe6;
    constexpr unsigned kFoundationBytesAndVectorLengths = 1U << 16 | 1U << 30 | 1U << 31;
    constexpr unsigned kVnni = 1U << 11;
    const Leaf leaf(7);
    return keeps(kRegisters) && hasBits(leaf.ebx, kFoundationBytesAndVectorLengths) && hasBits(leaf.ecx, kVnni);
}

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
