#include "core/delta/Fidelity.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/Failure.h"
#include "core/QualityMeter.h"
#include "core/delta/parallel.h"

namespace facet {

namespace {

std::string fileName(const std::string& path) { return std::filesystem::path(path).filename().string(); }

}  // namespace

Fidelity measureFidelity(const FidelityOptions& options, const ProgressSink& report) {
    const uint32_t chunkTokens = options.chunkTokens;
    // As perplexity is measured everywhere: the second half of each chunk, which has seen the first.
    const uint32_t firstMeasured = chunkTokens / 2;
    const uint32_t rows = chunkTokens - 1 - firstMeasured;
    const SessionOptions sessionOptions{
        .path = options.fineTune,
        .threads = options.threads,
        .contextTokens = chunkTokens,
        .outputRows = chunkTokens - firstMeasured,
    };
    ModelSession fineTune(sessionOptions);
    SessionOptions baseOptions = sessionOptions;
    baseOptions.path = options.base;
    ModelSession base(baseOptions);
    for (const std::string& adapter : options.adapters) base.addAdapter(adapter);

    const int32_t vocabulary = base.vocabularySize();
    // The base's tokens: it is the base that runs in the end.
    const std::vector<llama_token> tokens = base.tokenize(options.text, true);
    if (fineTune.vocabularySize() != vocabulary) {
        throw Failure("models-differ", fileName(options.fineTune) + " has another vocabulary than " + fileName(options.base));
    }
    auto chunks = static_cast<uint32_t>(tokens.size() / chunkTokens);
    if (chunks < 1) throw Failure("text-too-short", std::to_string(tokens.size()) + " tokens; at least " + std::to_string(chunkTokens) + " are needed");
    if (options.chunkLimit > 0) chunks = std::min(chunks, options.chunkLimit);

    const bool addsFirst = llama_vocab_get_add_bos(base.vocabulary());
    const llama_token first = llama_vocab_bos(base.vocabulary());
    const std::vector<float> without(options.adapters.size(), 0.0F);
    const std::vector<float> with(options.adapters.size(), 1.0F);
    std::vector<float> reference;
    std::vector<NextToken> referenceNext(rows);
    std::vector<NextToken> next(rows);
    std::vector<double> kl(rows);
    TokenBatch batch(static_cast<int32_t>(chunkTokens));
    Progress progress{.done = 0, .total = uint64_t{chunks} * 3 * chunkTokens, .item = fileName(options.fineTune)};
    double negativeLog[3] = {0, 0, 0};
    double klSum[3] = {0, 0, 0};
    uint64_t same[3] = {0, 0, 0};

    for (uint32_t chunk = 0; chunk < chunks; ++chunk) {
        const llama_token* start = tokens.data() + size_t{chunk} * chunkTokens;
        batch.clear();
        for (uint32_t i = 0; i < chunkTokens; ++i) {
            batch.add(i == 0 && addsFirst ? first : start[i], static_cast<llama_pos>(i), 0, i >= firstMeasured);
        }
        for (size_t pass = 0; pass < 3; ++pass) {
            report(progress);
            ModelSession& session = pass == 0 ? fineTune : base;
            if (pass > 0) base.setAdapterScales(pass == 1 ? without : with);
            session.clearMemory();
            session.decode(batch.get());
            const float* logits = llama_get_logits(session.context());
            const auto width = static_cast<size_t>(vocabulary);
            if (pass == 0) reference.assign(logits, logits + rows * width);
            inParallel(rows, options.threads, [&](int64_t row, int) {
                const auto at = static_cast<size_t>(row);
                next[at] = nextToken(logits + at * width, vocabulary, start[firstMeasured + at + 1]);
                if (pass > 0) {
                    kl[at] = klDivergence(reference.data() + at * width, referenceNext[at].logSumExp, logits + at * width,
                                          next[at].logSumExp, vocabulary);
                }
            });
            for (size_t row = 0; row < rows; ++row) {
                if (!std::isfinite(next[row].negativeLogLikelihood)) {
                    throw Failure("model-damaged", fileName(pass == 0 ? options.fineTune : options.base) + " gives logits that are not finite");
                }
                negativeLog[pass] += next[row].negativeLogLikelihood;
                if (pass == 0) continue;
                klSum[pass] += kl[row];
                same[pass] += next[row].top == referenceNext[row].top ? 1 : 0;
            }
            if (pass == 0) referenceNext = next;
            progress.done += chunkTokens;
        }
    }
    report(progress);

    Fidelity result;
    result.positions = uint64_t{chunks} * rows;
    const auto count = static_cast<double>(result.positions);
    result.perplexityFineTune = std::exp(negativeLog[0] / count);
    result.perplexityBase = std::exp(negativeLog[1] / count);
    result.perplexityDelta = std::exp(negativeLog[2] / count);
    result.klBase = klSum[1] / count;
    result.klDelta = klSum[2] / count;
    result.sameTopBase = static_cast<double>(same[1]) / count;
    result.sameTopDelta = static_cast<double>(same[2]) / count;
    return result;
}

void writeFidelity(gguf_context* gguf, const std::optional<Fidelity>& fidelity) {
    const Fidelity values = fidelity.value_or(Fidelity{});
    gguf_set_val_bool(gguf, "facet.fidelity.measured", fidelity.has_value());
    gguf_set_val_u32(gguf, "facet.fidelity.positions", static_cast<uint32_t>(values.positions));
    gguf_set_val_f32(gguf, "facet.fidelity.kl_base", static_cast<float>(values.klBase));
    gguf_set_val_f32(gguf, "facet.fidelity.kl_delta", static_cast<float>(values.klDelta));
    gguf_set_val_f32(gguf, "facet.fidelity.same_top_base", static_cast<float>(values.sameTopBase));
    gguf_set_val_f32(gguf, "facet.fidelity.same_top_delta", static_cast<float>(values.sameTopDelta));
}

}  // namespace facet
