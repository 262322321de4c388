// Writes a llama.cpp adapter (GGUF): header first, then each tensor as it is made, then the header again with the
// figures that were not known before. docs/delta-format.md is the specification.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "ggml.h"
#include "gguf.h"

namespace facet {

struct AdapterTensor {
    std::string name;
    ggml_type type = GGML_TYPE_F32;
    /** Row length first. */
    int64_t rowLength = 0;
    int64_t rows = 0;
};

using GgufPointer = std::unique_ptr<gguf_context, decltype(&gguf_free)>;

/** general.type, adapter.type and what else each llama.cpp adapter says. */
GgufPointer adapterMetadata(const std::string& architecture, const std::string& name, float alpha);

class AdapterWriter {
  public:
    /** Takes the metadata; tensors are written later in this order. Throws Failure "write-failed". */
    AdapterWriter(const std::string& path, GgufPointer values, const std::vector<AdapterTensor>& tensors);

    uint64_t fileBytes() const { return fileBytes_; }

    /** The next tensor, or the next part of it. */
    void append(const void* data, uint64_t bytes);
    /** After the last part of a tensor. Throws std::logic_error when bytes are missing. */
    void endTensor();

    /** To change values of the metadata; never their sizes. */
    gguf_context* metadata() { return metadata_.get(); }
    /** Writes the metadata again and closes the file. */
    void finish();

  private:
    void writeMetadata();

    std::string path_;
    GgufPointer metadata_;
    std::unique_ptr<ggml_context, decltype(&ggml_free)> shapes_;
    std::ofstream file_;
    size_t metadataBytes_ = 0;
    uint64_t fileBytes_ = 0;
    size_t tensor_ = 0;
    uint64_t written_ = 0;
};

/** Changes values of the metadata of a whole adapter file in place. Throws Failure "write-failed", "model-unreadable".
 */
template <typename Change>
void changeMetadata(const std::string& path, const Change& change);

void rewriteMetadata(const std::string& path, void (*change)(gguf_context*, const void*), const void* data);

template <typename Change>
void changeMetadata(const std::string& path, const Change& change) {
    rewriteMetadata(
        path, [](gguf_context* gguf, const void* data) { (*static_cast<const Change*>(data))(gguf); }, &change);
}

}  // namespace facet
