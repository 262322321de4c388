#include "core/QualityMeter.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/Failure.h"
#include "core/ModelSession.h"
#include "core/finite.h"
#include "core/parallel.h"
#include "core/paths.h"

namespace facet {

namespace {

/** Less likely tokens carry no weight in the sum, and llama-perplexity's file cannot hold them. */
constexpr float kLeastLogProbability = -16.0F;

/** One model's sums over all positions so far. */
struct Tally {
    double sum = 0;
    double squares = 0;
    void add(double value) {
        sum += value;
        squares += value * value;
    }
};

struct ModelTally {
    Tally negativeLogLikelihood;
    Tally kl;
    std::vector<float> klValues;
    uint64_t sameTop = 0;
};

std::pair<double, double> meanAndError(const Tally& tally, uint64_t count) {
    const double mean = tally.sum / static_cast<double>(count);
    const double variance = tally.squares / static_cast<double>(count) - mean * mean;
    return {mean, variance > 0 && count > 10 ? std::sqrt(variance / static_cast<double>(count - 1)) : 0.0};
}

Quality summarize(ModelTally& tally, uint64_t positions, bool isSource) {
    Quality quality;
    const auto [logPerplexity, logError] = meanAndError(tally.negativeLogLikelihood, positions);
    quality.perplexity = finite(std::exp(logPerplexity), "the perplexity");
    quality.perplexityError = finite(quality.perplexity * logError, "the perplexity's error");
    if (isSource) return quality;
    std::sort(tally.klValues.begin(), tally.klValues.end());
    std::tie(quality.klMean, quality.klMeanError) = meanAndError(tally.kl, positions);
    quality.klMedian = percentile(tally.klValues, 0.5);
    quality.klPercentile99 = percentile(tally.klValues, 0.99);
    quality.klMaximum = tally.klValues.back();
    quality.sameTopToken = static_cast<double>(tally.sameTop) / static_cast<double>(positions);
    return quality;
}

}  // namespace

NextToken nextToken(const float* logits, int32_t vocabulary, int32_t actual) {
    NextToken result;
    result.top = static_cast<int32_t>(std::max_element(logits, logits + vocabulary) - logits);
    const float top = logits[result.top];
    double sum = 0;
    for (int32_t i = 0; i < vocabulary; ++i) sum += std::exp(logits[i] - top);
    result.logSumExp = top + std::log(sum);
    result.negativeLogLikelihood = result.logSumExp - logits[actual];
    return result;
}

double klDivergence(const float* source, double sourceLogSumExp, const float* candidate, double candidateLogSumExp,
                    int32_t vocabulary) {
    const auto sourceSum = static_cast<float>(sourceLogSumExp);
    const auto candidateSum = static_cast<float>(candidateLogSumExp);
    double sum = 0;
    for (int32_t i = 0; i < vocabulary; ++i) {
        const float logProbability = source[i] - sourceSum;
        if (logProbability <= kLeastLogProbability) continue;
        sum += std::exp(logProbability) * (logProbability - (candidate[i] - candidateSum));
    }
    return sum;
}

double percentile(const std::vector<float>& sorted, double fraction) {
    const double rank = fraction * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<size_t>(rank);
    const size_t above = std::min(below + 1, sorted.size() - 1);
    const double share = rank - static_cast<double>(below);
    return (1 - share) * sorted[below] + share * sorted[above];
}

QualityReport measureQuality(const QualityOptions& options, const ProgressSink& report) {
    const uint32_t chunkTokens = options.chunkTokens;
    const uint32_t firstMeasured = chunkTokens / 2;
    const uint32_t rows = chunkTokens - 1 - firstMeasured;

    std::vector<std::string> paths{options.source};
    paths.insert(paths.end(), options.candidates.begin(), options.candidates.end());
    std::vector<std::unique_ptr<ModelSession>> sessions;
    for (const std::string& path : paths) {
        sessions.push_back(std::make_unique<ModelSession>(SessionOptions{
            .path = path,
            .threads = options.threads,
            .contextTokens = chunkTokens,
            .outputRows = chunkTokens - firstMeasured,
        }));
    }
    const ModelSession& source = *sessions.front();
    const int32_t vocabulary = source.vocabularySize();
    const std::vector<llama_token> tokens = source.tokenize(options.text);
    for (size_t i = 1; i < sessions.size(); ++i) {
        if (sessions[i]->vocabularySize() != vocabulary || sessions[i]->tokenize(options.text) != tokens) {
            throw Failure("models-differ", fileName(paths[i]) + " reads the text as other tokens than its source");
        }
    }
    auto chunks = static_cast<uint32_t>(tokens.size() / chunkTokens);
    if (chunks < 2) {
        throw Failure("text-too-short", std::to_string(tokens.size()) + " tokens; at least " +
                                            std::to_string(2 * chunkTokens) + " are needed");
    }
    if (options.chunkLimit > 0) chunks = std::min(chunks, options.chunkLimit);

    const bool addsFirst = llama_vocab_get_add_bos(source.vocabulary());
    const llama_token first = llama_vocab_bos(source.vocabulary());
    std::vector<ModelTally> tallies(sessions.size());
    std::vector<float> sourceLogits;
    std::vector<NextToken> sourceNext(rows);
    std::vector<NextToken> next(rows);
    std::vector<float> kl(rows);
    TokenBatch batch(static_cast<int32_t>(chunkTokens));
    const uint64_t total = uint64_t{chunks} * sessions.size() * chunkTokens;
    uint64_t done = 0;

    for (uint32_t chunk = 0; chunk < chunks; ++chunk) {
        const llama_token* start = tokens.data() + size_t{chunk} * chunkTokens;
        batch.clear();
        for (uint32_t i = 0; i < chunkTokens; ++i) {
            batch.add(i == 0 && addsFirst ? first : start[i], static_cast<llama_pos>(i), 0, i >= firstMeasured);
        }
        for (size_t model = 0; model < sessions.size(); ++model) {
            report({.done = done, .total = total, .item = fileName(paths[model])});
            ModelSession& session = *sessions[model];
            ModelTally& tally = tallies[model];
            session.clearMemory();
            session.decode(batch.get());
            const float* logits = llama_get_logits(session.context());
            const bool isSource = model == 0;
            if (isSource && sessions.size() > 1)
                sourceLogits.assign(logits, logits + size_t{rows} * static_cast<size_t>(vocabulary));

            inParallel(rows, options.threads, [&](int64_t piece, int) {
                const auto row = static_cast<size_t>(piece);
                const float* rowLogits = logits + row * static_cast<size_t>(vocabulary);
                next[row] = nextToken(rowLogits, vocabulary, start[firstMeasured + row + 1]);
                if (isSource) return;
                const float* rowSource = sourceLogits.data() + row * static_cast<size_t>(vocabulary);
                kl[row] = static_cast<float>(
                    klDivergence(rowSource, sourceNext[row].logSumExp, rowLogits, next[row].logSumExp, vocabulary));
            });
            // Summed in order, so that a report does not depend on the number of threads.
            for (uint32_t row = 0; row < rows; ++row) {
                if (!std::isfinite(next[row].negativeLogLikelihood)) {
                    throw Failure("model-damaged", fileName(paths[model]) + " gives logits that are not finite");
                }
                tally.negativeLogLikelihood.add(next[row].negativeLogLikelihood);
                if (isSource) continue;
                tally.kl.add(finite(kl[row], "the KL divergence"));
                tally.klValues.push_back(kl[row]);
                tally.sameTop += next[row].top == sourceNext[row].top ? 1 : 0;
            }
            if (isSource) sourceNext = next;
            done += chunkTokens;
        }
    }
    report({.done = total, .total = total, .item = ""});

    QualityReport result;
    result.chunks = chunks;
    result.positions = uint64_t{chunks} * rows;
    result.source = summarize(tallies.front(), result.positions, true);
    for (size_t i = 1; i < tallies.size(); ++i) {
        result.candidates.push_back(summarize(tallies[i], result.positions, false));
    }
    return result;
}

}  // namespace facet
