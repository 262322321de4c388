// Joins the kernels to the CPU back end that ggml has loaded in this process.
#pragma once

#include <string>
#include <vector>

#include "core/kernels/KernelSet.h"

namespace facet {

struct KernelState {
    bool isActive;
    /** "AVX-512 VNNI" …; empty when not active. */
    std::string instructionSet;
    /** Why ggml's own kernels compute: one of KernelReason in electron/contract/diagnosis.ts; empty when active. */
    std::string reason;
    /** A technical line on it. */
    std::string cause;
};

/**
 * Joins the first of `usable` (usableKernels). Once per process, after the back ends are loaded and while nothing is
 * evaluated; later calls return the first one's state. Throws nothing but std::bad_alloc: when anything is not exactly
 * as it was when this was written, nothing is changed and the state says why.
 */
const KernelState& joinCpuBackend(const std::vector<const KernelSet*>& usable);

}  // namespace facet
