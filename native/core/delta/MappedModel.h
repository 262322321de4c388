// A GGUF model (also a split one) mapped into memory: its metadata, and any row of any tensor as 32-bit floats.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/MappedFile.h"
#include "ggml.h"
#include "gguf.h"

namespace facet {

struct MappedTensor {
    std::string name;
    ggml_type type = GGML_TYPE_F32;
    /** Row length first, as ggml has it. */
    std::array<int64_t, 4> shape{1, 1, 1, 1};
    const uint8_t* data = nullptr;
    uint64_t bytes = 0;

    int64_t rowLength() const { return shape[0]; }
    int64_t rows() const { return shape[1] * shape[2] * shape[3]; }
    int64_t count() const { return rowLength() * rows(); }
};

/** Part of a row as floats. `first` and `count` are multiples of the type's block. */
void readFloats(const MappedTensor& tensor, int64_t row, int64_t first, int64_t count, float* values);

/** A whole tensor of one row. */
std::vector<float> readVector(const MappedTensor& tensor);

class MappedModel {
  public:
    /**
     * Untrusted input: every tensor is within its file, has values, and begins at a multiple of 4 bytes. Throws Failure
     * "source-missing", "model-unreadable".
     */
    explicit MappedModel(const std::string& path);

    /** Of the first file. */
    const gguf_context* metadata() const { return metadata_.get(); }
    /** Empty when the key is not there or no string. */
    std::string text(const char* key) const;
    std::string architecture() const { return text("general.architecture"); }

    /** By name. */
    const std::map<std::string, MappedTensor>& tensors() const { return tensors_; }
    const MappedTensor* find(const std::string& name) const;

    /** The pages of a tensor that will not be read again soon: the system may have them back at once. */
    static void release(const MappedTensor& tensor);

  private:
    using Gguf = std::unique_ptr<gguf_context, decltype(&gguf_free)>;

    Gguf addFile(const std::string& path);

    std::vector<MappedFile> files_;
    Gguf metadata_{nullptr, gguf_free};
    std::map<std::string, MappedTensor> tensors_;
};

}  // namespace facet
