// Prefill and decode speed of a model, and the check that a freshly written file loads and generates.
#pragma once

#include <cstdint>
#include <string>

#include "core/Progress.h"
#include "llama.h"

namespace facet {

struct SpeedOptions {
    std::string model;
    int threads = 1;
    uint32_t prefillTokens = 512;
    uint32_t decodeTokens = 64;
    /** The median counts. */
    uint32_t repeats = 3;
};

struct Speed {
    double prefillTokensPerSecond = 0;
    double decodeTokensPerSecond = 0;
};

/** Throws Failure "model-unreadable", "evaluation-failed". */
Speed measureSpeed(const SpeedOptions& options, const ProgressSink& report);

/**
 * Loads the file, checks every weight and lets it generate one token, which is returned.
 * Throws Failure "model-unreadable", "model-damaged" when the logits are not finite.
 */
llama_token generateOneToken(const std::string& model, int threads);

}  // namespace facet
