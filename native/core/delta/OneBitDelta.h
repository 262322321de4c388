// Makes a 1-bit delta: the change from a base to its fine-tune as an adapter that llama.cpp loads, each weight matrix
// as a pair (Hadamard factor, signs with a scale for each 128). docs/delta-format.md is the specification.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/Progress.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaMetadata.h"
#include "core/delta/DeltaPlan.h"
#include "core/delta/OneBitCodec.h"

namespace facet {

struct OneBitDeltaOptions {
    std::string target;
    DeltaDescription description;
    int threads = 1;
    /** Values that are mixed: 128, a larger power of two, or 0 for the largest that divides each width. */
    int64_t hadamardSize = kOneBitBlock;
    /** Without the Hadamard factors: smaller, but expandDelta must add them before llama.cpp can load it. */
    bool isCompact = false;
    /** By matrix: mean square of each input column (ImportanceMatrix::meanSquares). May be empty. */
    std::map<std::string, std::vector<float>> importance;
};

/**
 * Writes the delta with the fingerprint of its base; fidelity is measured later (writeFidelity). Streams tensor by
 * tensor; memory is bounded by the largest matrix's signs and a few rows for each thread. Throws what planDelta throws,
 * and Failure "pair-width-unsupported" (a row that blocks of 128 do not divide), "write-failed".
 */
DeltaResult makeOneBitDelta(const MappedModel& base, const MappedModel& fineTune, const OneBitDeltaOptions& options,
                            const ProgressSink& report);

/** How one matrix is coded. Exposed for tests. */
struct OneBitPair {
    /** True: signs · (Hadamard of the inputs); false: (Hadamard of the outputs) · signs. */
    bool rotatesInput = true;
    int64_t hadamardSize = kOneBitBlock;
    /** ± the entry of the Hadamard factor, a power of two. */
    float entry = 0.0625F;
};

/** Adds the tensors of one matrix: its signs and, in the full form, the Hadamard factor. `shape`: inputs and outputs.
 */
void addPair(const std::string& matrix, const OneBitPair& pair, std::pair<int64_t, int64_t> shape, bool isCompact,
             std::vector<AdapterTensor>& tensors);
/** Writes them. */
void writePair(AdapterWriter& writer, const OneBitPair& pair, std::pair<int64_t, int64_t> shape, bool isCompact,
               const void* signs, uint64_t signBytes);
/** Says in the metadata which form it is. */
void setForm(gguf_context* gguf, bool isCompact);

/** Signs of a whole matrix, row by row; `importance` may be null. Throws Failure "model-damaged". */
CodingError encodeMatrix(const DeltaMatrix& matrix, const OneBitPair& pair, const float* importance, int threads,
                         std::vector<OneBitBlock>& signs);

/** Signs back to the change that the pair stands for, row by row. Needs memory for the whole matrix. */
std::vector<float> decodeMatrix(const std::vector<OneBitBlock>& signs, const OneBitPair& pair, int64_t inputs,
                                int64_t outputs);

}  // namespace facet
