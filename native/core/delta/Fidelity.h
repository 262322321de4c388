// How much nearer to the fine-tune a base with deltas is than the base alone, on the same text: KL divergence of the
// next token's distribution, seen from the fine-tune.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/Progress.h"
#include "core/delta/Passage.h"
#include "gguf.h"

namespace facet {

struct FidelityOptions {
    std::string base;
    std::string fineTune;
    /** Together they are the delta. */
    std::vector<std::string> adapters;
    /** Held-out text; control tokens in it count as such, so that it may be chats in the fine-tune's own form. */
    std::string text;
    /** Where there are any, they count instead of the text. */
    std::vector<Dialogue> dialogues;
    int threads = 1;
    uint32_t chunkTokens = 512;
    /** 0 = the whole text, all dialogues. */
    uint32_t chunkLimit = 0;
};

struct Fidelity {
    /** Mean KL(fine-tune ‖ base) and KL(fine-tune ‖ base with delta), in nats. */
    double klBase = 0;
    double klDelta = 0;
    /** Share of positions where both think the same token most likely, 0 to 1. */
    double sameTopBase = 0;
    double sameTopDelta = 0;
    double perplexityBase = 0;
    double perplexityDelta = 0;
    double perplexityFineTune = 0;
    uint64_t positions = 0;

    /** 1 = as the fine-tune, 0 = no better than the base, below 0 = worse. */
    double gapClosed() const { return klBase > 0 ? 1 - klDelta / klBase : 0; }
};

/** Throws Failure "text-too-short", "model-unreadable", "delta-damaged", "models-differ", "model-damaged". */
Fidelity measureFidelity(const FidelityOptions& options, const ProgressSink& report);

/** Keys "facet.fidelity.*"; they take the same space before it was measured. */
void writeFidelity(gguf_context* gguf, const std::optional<Fidelity>& fidelity);

}  // namespace facet
