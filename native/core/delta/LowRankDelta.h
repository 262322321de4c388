// Makes a LoRA from a base and its fine-tune: the truncated singular value decomposition of each matrix's change, by
// random projection (Halko, Martinsson, Tropp: "Finding structure with randomness"), factors in half precision.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/Progress.h"
#include "core/delta/DeltaMetadata.h"
#include "core/delta/DeltaPlan.h"

namespace facet {

struct LowRankDeltaOptions {
    std::string target;
    DeltaDescription description;
    int threads = 1;
    /** Smaller where a matrix has fewer rows or columns. */
    int64_t rank = 16;
};

/** Memory: the largest matrix as 32-bit floats, and its factors. Throws what planDelta throws, and Failure
 * "write-failed". */
DeltaResult makeLowRankDelta(const MappedModel& base, const MappedModel& fineTune, const LowRankDeltaOptions& options,
                             const ProgressSink& report);

struct LowRankFactors {
    int64_t rank = 0;
    /** rank × columns. */
    std::vector<float> inputs;
    /** rows × rank. */
    std::vector<float> outputs;
    /** Largest first. */
    std::vector<double> singularValues;
};

/** Of a row-major matrix. Each factor has half of the singular values' magnitude. Same result for any number of
 * threads. */
LowRankFactors decompose(const std::vector<float>& matrix, int64_t rows, int64_t columns, int64_t rank, int threads);

}  // namespace facet
