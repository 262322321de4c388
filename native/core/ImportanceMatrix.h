// An importance matrix: for each weight matrix the sum of squared activations per input column, as llama-imatrix
// collects it. Reads llama.cpp's GGUF form and its older .dat form, writes the GGUF form.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace facet {

struct ImportanceEntry {
    /** Sum of squares: input width × number of matrices (1, or one for each expert). */
    std::vector<float> sums;
    /** Tokens seen: one figure, or one for each expert. */
    std::vector<int64_t> counts;
};

class ImportanceMatrix {
  public:
    /** By weight name, "blk.0.attn_q.weight". */
    std::map<std::string, ImportanceEntry> entries;
    /** File names of the texts. */
    std::vector<std::string> datasets;
    uint32_t chunkCount = 0;
    uint32_t chunkTokens = 0;

    /** Untrusted input. Throws Failure "importance-matrix-invalid" or "importance-matrix-unreadable". */
    static ImportanceMatrix read(const std::string& path);

    /** Byte for byte what llama-imatrix writes for the same figures. Throws Failure "write-failed". */
    void write(const std::string& path) const;

    /** Mean square per column, in the form that llama_model_quantize takes; 1 where an expert saw no token. */
    std::map<std::string, std::vector<float>> meanSquares() const;
};

}  // namespace facet
