// How far quantized models are from their source, on the same text: perplexity, KL divergence of the next token's
// distribution, agreement of the top token. The arithmetic of llama-perplexity --kl-divergence, without its file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/Progress.h"

namespace facet {

struct QualityOptions {
    std::string source;
    /** Measured one beside the other, chunk by chunk; all are in memory at once. May be empty: perplexity of source
     * only. */
    std::vector<std::string> candidates;
    std::string text;
    int threads = 1;
    uint32_t chunkTokens = 512;
    /** 0 = the whole text. */
    uint32_t chunkLimit = 0;
};

struct Quality {
    double perplexity = 0;
    /** Standard error of perplexity. */
    double perplexityError = 0;
    /** In nats; all zero for the source itself. */
    double klMean = 0;
    double klMeanError = 0;
    double klMedian = 0;
    double klPercentile99 = 0;
    double klMaximum = 0;
    /** Share of positions where both models think the same token most likely, 0 to 1. */
    double sameTopToken = 1;
};

struct QualityReport {
    Quality source;
    std::vector<Quality> candidates;
    /** Positions measured: the second half of each chunk. */
    uint64_t positions = 0;
    uint64_t chunks = 0;
};

/** Throws Failure "text-too-short", "model-unreadable", "models-differ" when the vocabularies are not the same. */
QualityReport measureQuality(const QualityOptions& options, const ProgressSink& report);

/** Sums over one chunk's positions; exposed for the unit tests. */
struct NextToken {
    /** Negative log-likelihood of the token that came, in nats. */
    double negativeLogLikelihood = 0;
    double logSumExp = 0;
    int32_t top = 0;
};
NextToken nextToken(const float* logits, int32_t vocabulary, int32_t actual);

/** KL(source ‖ candidate) in nats. Source tokens less likely than e^-16 are left out, as llama-perplexity does. */
double klDivergence(const float* source, double sourceLogSumExp, const float* candidate, double candidateLogSumExp,
                    int32_t vocabulary);

/** Linear interpolation between ranks; `sorted` ascending and not empty. */
double percentile(const std::vector<float>& sorted, double fraction);

}  // namespace facet
