#include "core/delta/Refinement.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "core/Failure.h"
#include "core/ModelSession.h"
#include "core/QualityMeter.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaReader.h"
#include "core/delta/Fingerprint.h"
#include "core/delta/OneBitDelta.h"
#include "core/parallel.h"
#include "core/paths.h"

namespace facet {

namespace {

/** One position in so many is measured: computing the output head for all would take most of the time. */
constexpr uint32_t kPositionStride = 2;
/** For the fine-tune's logits. */
constexpr uint64_t kLogitsLimitBytes = 1ull << 30;
/** Common factors that are tried. Signs keep 2/π of a random change's length, so the best lies between 1 and π/2 or so.
 */
constexpr float kCommonFactors[] = {1.0F, 1.2F, 1.45F};
/** How far each factor is moved to see what it does, and how far it may go in one step. */
constexpr float kProbe = 1.2F;
constexpr float kLargestStep = 1.5F;
/** A factor must not make a scale infinite. */
constexpr float kLargestHalf = 65504;

uint64_t tokensOf(const std::vector<Passage>& passages) {
    uint64_t tokens = 0;
    for (const Passage& passage : passages) tokens += passage.tokens.size();
    return tokens;
}

/** Mean KL between the fine-tune, computed once, and the base under any scales. */
class Distance {
  public:
    /** `onTokens`: called after each passage, with its tokens. */
    Distance(ModelSession& base, ModelSession& fineTune, std::vector<Passage> passages, int threads,
             std::function<void(uint64_t)> onTokens)
        : base_(base),
          threads_(threads),
          passages_(std::move(passages)),
          batch_(batchTokens(passages_)),
          width_(static_cast<size_t>(base.vocabularySize())),
          onTokens_(std::move(onTokens)) {
        uint64_t bytes = 0;
        for (size_t i = 0; i < passages_.size(); ++i) {
            const size_t count = passages_[i].measured.size() * width_;
            bytes += count * sizeof(float);
            if (i > 0 && bytes > kLogitsLimitBytes) {
                passages_.resize(i);
                break;
            }
            const float* logits = evaluate(fineTune, passages_[i], batch_);
            reference_.emplace_back(logits, logits + count);
            onTokens_(passages_[i].tokens.size());
        }
    }

    double at(const std::vector<float>& scales) {
        base_.setAdapterScales(scales);
        double sum = 0;
        size_t positions = 0;
        for (size_t i = 0; i < passages_.size(); ++i) {
            const float* logits = evaluate(base_, passages_[i], batch_);
            const size_t rows = passages_[i].measured.size();
            positions += rows;
            std::vector<double> kl(rows);
            inParallel(static_cast<int64_t>(rows), threads_, [&](int64_t row, int) {
                const auto vocabulary = static_cast<int32_t>(width_);
                const float* left = reference_[i].data() + static_cast<size_t>(row) * width_;
                const float* right = logits + static_cast<size_t>(row) * width_;
                kl[static_cast<size_t>(row)] = klDivergence(left, nextToken(left, vocabulary, 0).logSumExp, right,
                                                            nextToken(right, vocabulary, 0).logSumExp, vocabulary);
            });
            for (const double value : kl) sum += value;
            onTokens_(passages_[i].tokens.size());
        }
        const double mean = sum / static_cast<double>(positions);
        // A model that breaks down under these scales is only far away.
        return std::isfinite(mean) ? mean : 1e9;
    }

  private:
    static int32_t batchTokens(const std::vector<Passage>& passages) {
        size_t most = 0;
        for (const Passage& passage : passages) most = std::max(most, passage.tokens.size());
        return static_cast<int32_t>(most);
    }

    ModelSession& base_;
    int threads_;
    std::vector<Passage> passages_;
    TokenBatch batch_;
    size_t width_;
    std::function<void(uint64_t)> onTokens_;
    std::vector<std::vector<float>> reference_;
};

/** Matrices by what they read: these of one kind share a factor, and so do these that read the same activations. */
std::string groupOf(const std::string& matrix) {
    const std::string kind = matrix.starts_with("blk.") ? matrix.substr(matrix.find('.', 4) + 1) : matrix;
    if (kind == "attn_q.weight" || kind == "attn_k.weight" || kind == "attn_v.weight" || kind == "attn_qkv.weight")
        return "attention's inputs";
    if (kind == "ffn_gate.weight" || kind == "ffn_up.weight") return "feed-forward inputs";
    return kind;
}

std::map<std::string, std::vector<std::string>> groupsOf(const DeltaReader& delta) {
    std::map<std::string, std::vector<std::string>> groups;
    for (const std::string& matrix : delta.matrices()) {
        groups[groupOf(matrix)].push_back(matrix);
    }
    return groups;
}

void writePairs(const DeltaReader& delta, const std::vector<std::string>& matrices,
                const std::map<std::string, float>& factors, GgufPointer metadata, const std::string& path) {
    std::vector<AdapterTensor> tensors;
    for (const std::string& matrix : matrices) addPair(matrix, delta.pair(matrix), delta.shape(matrix), false, tensors);
    AdapterWriter writer(path, std::move(metadata), tensors);
    for (const std::string& matrix : matrices) {
        const MappedTensor& tensor = delta.signs(matrix);
        const auto* first = reinterpret_cast<const OneBitBlock*>(tensor.data);
        std::vector<OneBitBlock> blocks(first, first + tensor.bytes / sizeof(OneBitBlock));
        const auto factor = factors.find(matrix);
        if (factor != factors.end()) {
            for (OneBitBlock& block : blocks) {
                const float scale = ggml_fp16_to_fp32(block.scale) * factor->second;
                block.scale = ggml_fp32_to_fp16(std::clamp(scale, -kLargestHalf, kLargestHalf));
            }
        }
        writePair(writer, delta.pair(matrix), delta.shape(matrix), false, blocks.data(), tensor.bytes);
    }
    writer.finish();
}

/** Gone when it goes. */
struct TemporaryFile {
    std::string path;
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(pathOf(path), ignored);
    }
};

}  // namespace

uint32_t fitEvaluations(size_t count) { return static_cast<uint32_t>(std::size(kCommonFactors) + 2 * count + 2); }

Minimum fitFactors(size_t count, const std::function<double(const std::vector<float>&)>& measure) {
    Minimum best;
    for (const float common : kCommonFactors) {
        std::vector<float> factors(count, common);
        const double value = measure(factors);
        if (best.factors.empty() || value < best.value) best = {std::move(factors), value};
    }
    const Minimum center = best;
    std::vector<float> steps(count, 1);
    for (size_t i = 0; i < count; ++i) {
        double values[2];
        for (const int side : {0, 1}) {
            std::vector<float> factors = center.factors;
            factors[i] *= side == 0 ? 1 / kProbe : kProbe;
            values[side] = measure(factors);
            if (values[side] < best.value) best = {std::move(factors), values[side]};
        }
        // The parabola's lowest point, in logarithms of the factor; where it bends the other way, the better side.
        const double bend = values[0] + values[1] - 2 * center.value;
        const double slope = (values[1] - values[0]) / 2;
        const double exponent = bend > 0 ? -slope / bend : (slope < 0 ? 1 : -1);
        steps[i] = std::clamp(static_cast<float>(std::pow(kProbe, exponent)), 1 / kLargestStep, kLargestStep);
    }
    for (const float share : {1.0F, 0.5F}) {
        std::vector<float> factors = center.factors;
        for (size_t i = 0; i < count; ++i) factors[i] *= std::pow(steps[i], share);
        const double value = measure(factors);
        if (value < best.value) best = {std::move(factors), value};
    }
    return best;
}

Refinement refineDelta(const RefinementOptions& options, const ProgressSink& report) {
    const SessionOptions fineTuneOptions{
        .path = options.fineTune,
        .threads = options.threads,
        .contextTokens = options.chunkTokens,
        .outputRows = options.chunkTokens,
    };
    SessionOptions baseOptions = fineTuneOptions;
    baseOptions.path = options.base;
    ModelSession base(baseOptions);
    Refinement result;
    std::vector<std::vector<std::string>> members;
    {
        const DeltaReader delta(options.delta);
        if (!delta.isOneBit() || delta.isCompact())
            throw Failure("delta-damaged", "only 1-bit deltas in their full form can be refined");
        for (auto& [name, matrices] : groupsOf(delta)) {
            // One adapter for each group, so that its scale is llama.cpp's own and changes without loading anything.
            const TemporaryFile group{options.delta + ".group.facet-part"};
            writePairs(delta, matrices, {}, adapterMetadata(delta.file().architecture(), name, 0), group.path);
            base.addAdapter(group.path);
            result.groups.push_back(name);
            members.push_back(matrices);
        }
    }
    ModelSession fineTune(fineTuneOptions);
    if (fineTune.vocabularySize() != base.vocabularySize())
        throw Failure("models-differ", "the fine-tune has another vocabulary than the base");
    const auto passages = [&](const std::string& text, const std::vector<Dialogue>& dialogues) {
        return dialogues.empty() ? passagesOfText(base, text, options.chunkTokens, options.chunkLimit, kPositionStride)
                                 : passagesOfDialogues(base, dialogues, options.chunkTokens, options.chunkLimit);
    };
    std::vector<Passage> fittedPassages = passages(options.text, options.dialogues);
    std::vector<Passage> heldOutPassages = passages(options.heldOutText, options.heldOutDialogues);
    // The fine-tune reads each once; then the base, for every evaluation.
    Progress progress{
        .done = 0,
        .total = (1 + fitEvaluations(members.size())) * tokensOf(fittedPassages) + 3 * tokensOf(heldOutPassages),
        .item = ""};
    report(progress);
    const auto onTokens = [&](uint64_t tokens) {
        progress.done = std::min(progress.done + tokens, progress.total);
        report(progress);
    };
    const auto counted = [&](Distance& distance, const std::vector<float>& factors) {
        ++result.evaluations;
        return distance.at(factors);
    };
    Distance fitted(base, fineTune, std::move(fittedPassages), options.threads, onTokens);
    Distance heldOut(base, fineTune, std::move(heldOutPassages), options.threads, onTokens);
    const Minimum best =
        fitFactors(members.size(), [&](const std::vector<float>& factors) { return counted(fitted, factors); });
    result.factors = best.factors;
    result.klBefore = counted(heldOut, std::vector<float>(members.size(), 1));
    result.klAfter = counted(heldOut, best.factors);
    result.isKept = result.klAfter < result.klBefore;
    if (result.isKept) {
        const std::string fresh = options.delta + ".refined.facet-part";
        const TemporaryFile left{fresh};
        {
            const DeltaReader delta(options.delta);
            std::map<std::string, float> factors;
            for (size_t i = 0; i < members.size(); ++i) {
                for (const std::string& matrix : members[i]) factors[matrix] = best.factors[i];
            }
            GgufPointer metadata(gguf_init_empty(), gguf_free);
            gguf_set_kv(metadata.get(), delta.file().metadata());
            gguf_set_val_bool(metadata.get(), "facet.delta.refined", true);
            writePairs(delta, delta.matrices(), factors, std::move(metadata), fresh);
        }
        std::error_code problem;
        std::filesystem::rename(pathOf(fresh), pathOf(options.delta), problem);
        if (problem) throw Failure("write-failed", "the refined delta cannot be put in place: " + problem.message());
        stampFingerprint(options.delta, MappedModel(options.base));
    }
    progress.done = progress.total;
    report(progress);
    return result;
}

}  // namespace facet
