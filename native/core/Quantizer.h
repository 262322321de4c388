// Quantizes a GGUF file with llama.cpp's own llama_model_quantize, and says beforehand what it would write.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/ImportanceMatrix.h"
#include "core/Progress.h"
#include "llama.h"

namespace facet {

/** One tensor as it is and as it will be written. */
struct TensorPlan {
    std::string name;
    std::array<int64_t, 4> shape{};
    ggml_type sourceType = GGML_TYPE_COUNT;
    ggml_type targetType = GGML_TYPE_COUNT;
    uint64_t sourceBytes = 0;
    uint64_t targetBytes = 0;
};

struct QuantizeOptions {
    /** A split model is named by its first file. */
    std::string source;
    std::string target;
    llama_ftype fileType = LLAMA_FTYPE_MOSTLY_Q4_0;
    int threads = 1;
    /** Also take a source whose weights are quantized: needed for Q8_0, and for making F16 from a quantized file. */
    bool allowRequantize = false;
    /** May be null. */
    const ImportanceMatrix* importance = nullptr;
    /** Added to the new file's metadata; llama.cpp takes at most 127 bytes of each key and value. */
    std::vector<std::pair<std::string, std::string>> metadata;
    /** Bytes of all weights of the source, for the progress; from planQuantize. */
    uint64_t sourceBytes = 0;
    /** Rows in memory at once, 0 = llama.cpp's 8 GiB. */
    uint64_t bufferBytes = 0;
};

/**
 * What quantizing would write, tensor by tensor, without writing. `calibrated`: as with an importance matrix, which
 * changes some types. Throws Failure "model-unreadable".
 */
std::vector<TensorPlan> planQuantize(const std::string& source, llama_ftype fileType, bool calibrated);

/** Writes options.target. Throws Failure "quantize-failed"; what it wrote so far is then the caller's to remove. */
void quantize(const QuantizeOptions& options, const ProgressSink& report);

}  // namespace facet
