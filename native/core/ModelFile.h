// What a GGUF file says about itself, read by llama.cpp's own reader and without its weights.
#pragma once

#include <cstdint>
#include <string>

namespace facet {

struct ModelFile {
    std::string architecture;
    /** general.name; empty when there is none. */
    std::string name;
    /** general.type: "model" when it does not say. */
    std::string kind;
    /** The type that most weights of the layers have: "f16", "bf16", "q8_0" … */
    std::string weightType;
    uint64_t weightBytes = 0;
    uint64_t parameters = 0;
    uint64_t metadataBytes = 0;
    /** Files that the model is split over; 1 when it is whole. */
    uint32_t splits = 1;
};

/** Untrusted input. Throws Failure "model-unreadable". */
ModelFile describeModelFile(const std::string& path);

}  // namespace facet
