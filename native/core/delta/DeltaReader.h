// Reads a delta's file: what it says about itself, and the change that it stands for, row by row. Any llama.cpp LoRA
// adapter can be read so, the 1-bit ones also in their compact form.
#pragma once

#include <string>
#include <vector>

#include "core/delta/MappedModel.h"
#include "core/delta/OneBitDelta.h"

namespace facet {

class DeltaReader {
  public:
    /** Untrusted input. Throws Failure "source-missing", "delta-damaged". */
    explicit DeltaReader(const std::string& path);

    const MappedModel& file() const { return file_; }
    bool isOneBit() const { return isOneBit_; }
    bool isCompact() const { return isCompact_; }
    int64_t hadamardSize() const { return hadamardSize_; }

    /** Names of the weight matrices that it changes, sorted; the token embedding is not among them. */
    const std::vector<std::string>& matrices() const { return matrices_; }
    /** Inputs and outputs of a matrix. */
    std::pair<int64_t, int64_t> shape(const std::string& matrix) const;
    /** For 1-bit deltas only. */
    OneBitPair pair(const std::string& matrix) const;
    const MappedTensor& signs(const std::string& matrix) const;

    /** One row of the change, at scale 1. */
    void readRow(const std::string& matrix, int64_t row, float* change) const;

  private:
    const MappedTensor* part(const std::string& matrix, const char* suffix) const;

    MappedModel file_;
    bool isOneBit_ = false;
    bool isCompact_ = false;
    int64_t hadamardSize_ = 0;
    float inputEntry_ = 0;
    float outputEntry_ = 0;
    float alpha_ = 0;
    std::vector<std::string> matrices_;
};

}  // namespace facet
