// What each delta's file says about itself, whatever its kind: keys "facet.*" of docs/delta-format.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/delta/DeltaPlan.h"
#include "core/delta/OneBitCodec.h"
#include "gguf.h"

namespace facet {

inline constexpr uint32_t kDeltaFormatVersion = 1;

/** For display. */
struct DeltaDescription {
    std::string name;
    std::string baseName;
    std::string fineTuneName;
    std::string appVersion;
};

struct DeltaResult {
    uint64_t fileBytes = 0;
    /** Weights whose change the pairs stand for. */
    uint64_t weights = 0;
    /** Share of the carried change's sum of squares that the pairs reproduce, 0 to 1. */
    double captured = 0;
    /** Share of the whole change's sum of squares that was left out. */
    double leftOutShare = 0;
    /** With shares of the whole change instead of sums. */
    std::vector<LeftOut> leftOut;
    std::vector<std::string> foldedNorms;
};

/** Header of a delta that is about to be made, with room for what is known later. `kind`: "bitdelta" or "lora". */
void describeDelta(gguf_context* gguf, const std::string& kind, const DeltaDescription& description,
                   const DeltaPlan& plan, const MappedModel& base);

/** Writes what came of it into the header and returns it; the sizes are the caller's to fill in. */
DeltaResult describeResult(gguf_context* gguf, const DeltaPlan& plan, const CodingError& carried);

}  // namespace facet
