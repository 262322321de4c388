// One matrix product of a 1-bit delta, computed by a team of threads that each call it.
#pragma once

#include "core/kernels/HadamardFactor.h"
#include "core/kernels/KernelSet.h"
#include "core/kernels/SignMatrix.h"

namespace facet {

/** This thread's place in the team, and where the team meets. */
struct Team {
    int member;
    int members;
    /** Returns when all members have called it; what was written before is then seen by all. */
    void (*meet)(void* context);
    void* context;
};

/** Where a member's share of so many things begins; it ends where the next one's begins. */
inline int64_t shareBegin(int64_t count, int member, int members) { return count * member / members; }

/** Columns of floats, counted over up to three dimensions as ggml lays them out. */
struct Columns {
    char* data;
    int64_t counts[3];
    size_t stridesBytes[3];

    int64_t count() const { return counts[0] * counts[1] * counts[2]; }
    float* column(int64_t index) const {
        const auto first = static_cast<size_t>(index % counts[0]);
        const auto second = static_cast<size_t>(index / counts[0] % counts[1]);
        const auto third = static_cast<size_t>(index / counts[0] / counts[1]);
        return reinterpret_cast<float*>(data + first * stridesBytes[0] + second * stridesBytes[1] +
                                        third * stridesBytes[2]);
    }
};

/** Bytes that multiplySigns needs at `workspace`, for so many columns of activations. */
size_t workspaceBytes(const KernelSet& kernels, int64_t width, int64_t columns);

/** Packs the whole panels of a matrix with contiguous rows; from then on it `isPacked`. */
void packSigns(const Lookup& lookup, SignBlock* data, int64_t width, int64_t rows);

/** target = matrix · source, the source rounded to 8 bits. Source and target have as many columns. */
void multiplySigns(const KernelSet& kernels, const SignMatrix& matrix, const Columns& source, const Columns& target,
                   void* workspace, const Team& team);

/** target = factor · source, in floats. */
void multiplyHadamard(const KernelSet& kernels, const HadamardFactor& factor, int64_t width, const Columns& source,
                      const Columns& target, const Team& team);

}  // namespace facet
