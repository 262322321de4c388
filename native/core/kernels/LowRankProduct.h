// The wide factor of a LoRA: many rows as short as its rank, which ggml multiplies one by one.
#pragma once

#include "core/kernels/DeltaProduct.h"

namespace facet {

/** A row's length is a multiple of it. */
constexpr int64_t kShortRowStep = 8;
/** Longer rows are not short: ggml multiplies them as fast. */
constexpr int64_t kLongestShortRow = 256;

/** Dense rows of fp16 or of floats. */
struct ShortRows {
    const void* data;
    bool areHalves;
    int64_t length;
    int64_t count;
};

/** target = rows · source, in floats. */
void multiplyShortRows(const KernelSet& kernels, const ShortRows& rows, const Columns& source, const Columns& target,
                       const Team& team);

}  // namespace facet
