// Fits the scales of a 1-bit delta to what the fine-tune says: forward passes only. The best scale for the weights is
// not the best one for the answers: signs and mean magnitudes keep the direction of a change and lose some of its
// length.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/Progress.h"
#include "core/delta/Passage.h"

namespace facet {

struct RefinementOptions {
    std::string base;
    std::string fineTune;
    /** A 1-bit delta in its full form; replaced when the fit helps. */
    std::string delta;
    /** What the scales are fitted on, and other text that decides whether the fit is kept. */
    std::string text;
    std::string heldOutText;
    /** Where there are any, they count instead of the texts. */
    std::vector<Dialogue> dialogues;
    std::vector<Dialogue> heldOutDialogues;
    int threads = 1;
    uint32_t chunkTokens = 256;
    /** Chunks, or dialogues. */
    uint32_t chunkLimit = 2;
};

struct Refinement {
    bool isKept = false;
    /** Mean KL(fine-tune ‖ base with delta) on the held-out text, in nats. */
    double klBefore = 0;
    double klAfter = 0;
    /** One for each group of matrices. */
    std::vector<std::string> groups;
    std::vector<float> factors;
    uint32_t evaluations = 0;
};

/** Memory: both models, and the fine-tune's logits for the measured positions. Throws what measureFidelity throws. */
Refinement refineDelta(const RefinementOptions& options, const ProgressSink& report);

struct Minimum {
    std::vector<float> factors;
    double value = 0;
};

/**
 * Lowers `measure` over positive factors, all 1 at first: one common factor, then each for itself by the parabola
 * through three points, all at once, and half of that step where the whole one overshoots. Exposed for tests.
 */
Minimum fitFactors(size_t count, const std::function<double(const std::vector<float>&)>& measure);

/** Calls of `measure` that fitFactors makes at most. */
uint32_t fitEvaluations(size_t count);

}  // namespace facet
