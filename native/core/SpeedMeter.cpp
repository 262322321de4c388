#include "core/SpeedMeter.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

#include "core/Failure.h"
#include "core/ModelSession.h"

namespace facet {

namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

Speed measureSpeed(const SpeedOptions& options, const ProgressSink& report) {
    ModelSession session({
        .path = options.model,
        .threads = options.threads,
        .contextTokens = options.prefillTokens + options.decodeTokens,
        .outputRows = 1,
    });
    // Which tokens they are does not matter for the speed of a dense model; random ones spread an expert model's load.
    std::mt19937 random(1);
    std::uniform_int_distribution<llama_token> anyToken(0, session.vocabularySize() - 1);
    TokenBatch batch(static_cast<int32_t>(options.prefillTokens));
    std::vector<double> prefill;
    std::vector<double> decode;

    const auto prefillOnce = [&] {
        session.clearMemory();
        batch.clear();
        for (uint32_t i = 0; i < options.prefillTokens; ++i) {
            batch.add(anyToken(random), static_cast<llama_pos>(i), 0, i + 1 == options.prefillTokens);
        }
        session.decode(batch.get());
    };
    prefillOnce();  // warms caches and the worker threads
    for (uint32_t repeat = 0; repeat < options.repeats; ++repeat) {
        report({.done = repeat, .total = options.repeats, .item = ""});
        auto start = std::chrono::steady_clock::now();
        prefillOnce();
        prefill.push_back(options.prefillTokens / secondsSince(start));
        start = std::chrono::steady_clock::now();
        for (uint32_t i = 0; i < options.decodeTokens; ++i) {
            batch.clear();
            batch.add(anyToken(random), static_cast<llama_pos>(options.prefillTokens + i), 0, true);
            session.decode(batch.get());
        }
        decode.push_back(options.decodeTokens / secondsSince(start));
    }
    report({.done = options.repeats, .total = options.repeats, .item = ""});
    return {.prefillTokensPerSecond = median(prefill), .decodeTokensPerSecond = median(decode)};
}

llama_token generateOneToken(const std::string& model, int threads) {
    constexpr uint32_t kContextTokens = 64;
    ModelSession session({
        .path = model,
        .threads = threads,
        .contextTokens = kContextTokens,
        .outputRows = 1,
        .checkTensors = true,
    });
    std::vector<llama_token> prompt = session.tokenize("The");
    prompt.resize(std::min<size_t>(prompt.size(), kContextTokens));
    TokenBatch batch(kContextTokens);
    for (size_t i = 0; i < prompt.size(); ++i) {
        batch.add(prompt[i], static_cast<llama_pos>(i), 0, i + 1 == prompt.size());
    }
    session.decode(batch.get());
    const float* logits = llama_get_logits_ith(session.context(), -1);
    const float* end = logits + session.vocabularySize();
    if (!std::all_of(logits, end, [](float logit) { return std::isfinite(logit); })) {
        throw Failure("model-damaged", "the logits are not finite");
    }
    return static_cast<llama_token>(std::max_element(logits, end) - logits);
}

}  // namespace facet
