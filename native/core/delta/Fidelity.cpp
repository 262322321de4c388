#include "core/delta/Fidelity.h"

#include <algorithm>
#include <cmath>

#include "core/Failure.h"
#include "core/QualityMeter.h"
#include "core/finite.h"
#include "core/parallel.h"
#include "core/paths.h"

namespace facet {

namespace {}  // namespace

Fidelity measureFidelity(const FidelityOptions& options, const ProgressSink& report) {
    const SessionOptions fineTuneOptions{
        .path = options.fineTune,
        .threads = options.threads,
        .contextTokens = options.chunkTokens,
        .outputRows = options.chunkTokens,
    };
    ModelSession fineTune(fineTuneOptions);
    SessionOptions baseOptions = fineTuneOptions;
    baseOptions.path = options.base;
    ModelSession base(baseOptions);
    for (const std::string& adapter : options.adapters) base.addAdapter(adapter);
    const int32_t vocabulary = base.vocabularySize();
    if (fineTune.vocabularySize() != vocabulary) {
        throw Failure("models-differ",
                      fileName(options.fineTune) + " has another vocabulary than " + fileName(options.base));
    }

    // The base's tokens: it is the base that runs in the end.
    const std::vector<Passage> passages =
        options.dialogues.empty()
            ? passagesOfText(base, options.text, options.chunkTokens, options.chunkLimit, 1)
            : passagesOfDialogues(base, options.dialogues, options.chunkTokens, options.chunkLimit);
    const std::vector<float> without(options.adapters.size(), 0.0F);
    const std::vector<float> with(options.adapters.size(), 1.0F);
    const auto width = static_cast<size_t>(vocabulary);
    std::vector<float> reference;
    std::vector<NextToken> referenceNext(mostMeasured(passages));
    std::vector<NextToken> next(referenceNext.size());
    std::vector<double> kl(referenceNext.size());
    TokenBatch batch(static_cast<int32_t>(options.chunkTokens));
    Progress progress{.done = 0, .total = 0, .item = fileName(options.fineTune)};
    for (const Passage& passage : passages) progress.total += 3 * passage.tokens.size();
    double negativeLog[3] = {0, 0, 0};
    double klSum[3] = {0, 0, 0};
    uint64_t same[3] = {0, 0, 0};
    uint64_t positions = 0;

    for (const Passage& passage : passages) {
        const size_t rows = passage.measured.size();
        positions += rows;
        for (size_t pass = 0; pass < 3; ++pass) {
            report(progress);
            if (pass > 0) base.setAdapterScales(pass == 1 ? without : with);
            const float* logits = evaluate(pass == 0 ? fineTune : base, passage, batch);
            if (pass == 0) reference.assign(logits, logits + rows * width);
            inParallel(static_cast<int64_t>(rows), options.threads, [&](int64_t row, int) {
                const auto at = static_cast<size_t>(row);
                next[at] = nextToken(logits + at * width, vocabulary, passage.tokens[passage.measured[at] + 1]);
                if (pass > 0) {
                    kl[at] = klDivergence(reference.data() + at * width, referenceNext[at].logSumExp,
                                          logits + at * width, next[at].logSumExp, vocabulary);
                }
            });
            for (size_t row = 0; row < rows; ++row) {
                if (!std::isfinite(next[row].negativeLogLikelihood)) {
                    throw Failure("model-damaged", fileName(pass == 0 ? options.fineTune : options.base) +
                                                       " gives logits that are not finite");
                }
                negativeLog[pass] += next[row].negativeLogLikelihood;
                if (pass == 0) continue;
                klSum[pass] += finite(kl[row], "the KL divergence");
                same[pass] += next[row].top == referenceNext[row].top ? 1 : 0;
            }
            if (pass == 0) referenceNext = next;
            progress.done += passage.tokens.size();
        }
    }
    report(progress);

    Fidelity result;
    result.positions = positions;
    const auto count = static_cast<double>(result.positions);
    result.perplexityFineTune = finite(std::exp(negativeLog[0] / count), "the fine-tune's perplexity");
    result.perplexityBase = finite(std::exp(negativeLog[1] / count), "the base's perplexity");
    result.perplexityDelta = finite(std::exp(negativeLog[2] / count), "the delta's perplexity");
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
