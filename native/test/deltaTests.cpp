// Unit tests of deltas: the codec, the file, its effect in llama.cpp itself, the fingerprint of the base.
// scripts/nativeTests.ts runs them.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/Backend.h"
#include "core/Failure.h"
#include "core/FileType.h"
#include "core/ModelSession.h"
#include "core/Quantizer.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaForm.h"
#include "core/delta/DeltaReader.h"
#include "core/delta/Fingerprint.h"
#include "core/delta/LowRankDelta.h"
#include "core/delta/OneBitCodec.h"
#include "core/delta/OneBitDelta.h"
#include "core/delta/Refinement.h"
#include "test/testing.h"

namespace {

using namespace facet;
using namespace facet::test;

// A llama model small enough for tests and wide enough for every type: no vocabulary, tokens go in as numbers.
constexpr int64_t kWidth = 256;
constexpr int64_t kKeyWidth = 128;
constexpr int64_t kFeedForward = 512;
constexpr int64_t kTokens = 96;
constexpr int kLayers = 2;

struct Tensor {
    std::vector<int64_t> shape;
    std::vector<float> values;
};
using Tensors = std::map<std::string, Tensor>;

Tensors randomModel(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Tensors tensors;
    const auto matrix = [&](const std::string& name, int64_t columns, int64_t rows) {
        Tensor tensor{{columns, rows}, std::vector<float>(static_cast<size_t>(columns * rows))};
        for (float& value : tensor.values) value = normal(random) / std::sqrt(static_cast<float>(columns));
        tensors[name] = std::move(tensor);
    };
    const auto norm = [&](const std::string& name) {
        Tensor tensor{{kWidth}, std::vector<float>(kWidth)};
        for (float& value : tensor.values) value = 1 + normal(random) / 10;
        tensors[name] = std::move(tensor);
    };
    matrix("token_embd.weight", kWidth, kTokens);
    matrix("output.weight", kWidth, kTokens);
    norm("output_norm.weight");
    for (int layer = 0; layer < kLayers; ++layer) {
        const std::string block = "blk." + std::to_string(layer) + ".";
        norm(block + "attn_norm.weight");
        norm(block + "ffn_norm.weight");
        matrix(block + "attn_q.weight", kWidth, kWidth);
        matrix(block + "attn_k.weight", kWidth, kKeyWidth);
        matrix(block + "attn_v.weight", kWidth, kKeyWidth);
        matrix(block + "attn_output.weight", kWidth, kWidth);
        matrix(block + "ffn_gate.weight", kWidth, kFeedForward);
        matrix(block + "ffn_up.weight", kWidth, kFeedForward);
        matrix(block + "ffn_down.weight", kFeedForward, kWidth);
    }
    return tensors;
}

/** Trained further: weights of the blocks move by `share` of themselves, norms by a tenth of that. */
Tensors trained(const Tensors& base, unsigned seed, float share, bool withNorms) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Tensors result = base;
    for (auto& [name, tensor] : result) {
        const bool isMatrix = tensor.shape.size() == 2;
        if (name == "token_embd.weight" || (!isMatrix && !withNorms)) continue;
        const float scale = isMatrix ? share / std::sqrt(static_cast<float>(tensor.shape[0])) : share / 10;
        for (float& value : tensor.values) value += scale * normal(random);
    }
    return result;
}

struct FileOptions {
    ggml_type type = GGML_TYPE_F16;
    /** Only tensors whose name is at or above `first` and below `end`, with split metadata when splits > 0. */
    int split = 0;
    int splits = 0;
    std::string name = "";
    /** What the header says, not what is done; 0 = nothing. */
    uint32_t alignment = 0;
};

void writeModel(const std::string& path, const Tensors& tensors, const FileOptions& options = {}) {
    const GgufPointer gguf(gguf_init_empty(), gguf_free);
    gguf_context* g = gguf.get();
    gguf_set_val_str(g, "general.architecture", "llama");
    gguf_set_val_str(g, "general.type", "model");
    if (!options.name.empty()) gguf_set_val_str(g, "general.name", options.name.c_str());
    if (options.alignment > 0) gguf_set_val_u32(g, "general.alignment", options.alignment);
    gguf_set_val_u32(g, "llama.context_length", 128);
    gguf_set_val_u32(g, "llama.embedding_length", kWidth);
    gguf_set_val_u32(g, "llama.block_count", kLayers);
    gguf_set_val_u32(g, "llama.feed_forward_length", kFeedForward);
    gguf_set_val_u32(g, "llama.attention.head_count", 4);
    gguf_set_val_u32(g, "llama.attention.head_count_kv", 2);
    gguf_set_val_f32(g, "llama.attention.layer_norm_rms_epsilon", 1e-5F);
    gguf_set_val_u32(g, "llama.vocab_size", kTokens);
    gguf_set_val_str(g, "tokenizer.ggml.model", "no_vocab");
    if (options.splits > 0) {
        gguf_set_val_u16(g, "split.no", static_cast<uint16_t>(options.split));
        gguf_set_val_u16(g, "split.count", static_cast<uint16_t>(options.splits));
        gguf_set_val_i32(g, "split.tensors.count", static_cast<int32_t>(tensors.size()));
    }
    const std::unique_ptr<ggml_context, decltype(&ggml_free)> context(
        ggml_init({.mem_size = 32 << 20, .mem_buffer = nullptr, .no_alloc = false}), ggml_free);
    int index = 0;
    for (const auto& [name, tensor] : tensors) {
        if (options.splits > 0 && index++ % options.splits != options.split) continue;
        const bool isMatrix = tensor.shape.size() == 2;
        ggml_tensor* written = isMatrix
                                   ? ggml_new_tensor_2d(context.get(), options.type, tensor.shape[0], tensor.shape[1])
                                   : ggml_new_tensor_1d(context.get(), GGML_TYPE_F32, tensor.shape[0]);
        ggml_set_name(written, name.c_str());
        // gguf asks for an address even where there is nothing to write.
        if (tensor.values.empty()) written->data = ggml_get_mem_buffer(context.get());
        const auto count = static_cast<int64_t>(tensor.values.size());
        if (written->type == GGML_TYPE_F16) {
            ggml_fp32_to_fp16_row(tensor.values.data(), static_cast<ggml_fp16_t*>(written->data), count);
        } else {
            std::memcpy(written->data, tensor.values.data(), tensor.values.size() * sizeof(float));
        }
        gguf_add_tensor(g, written);
    }
    CHECK(gguf_write_to_file(g, path.c_str(), false));
}

OneBitDeltaOptions deltaOptions(const std::string& target) {
    OneBitDeltaOptions options;
    options.target = inFolder(target);
    options.description = {.name = "test", .baseName = "base", .fineTuneName = "fine-tune", .appVersion = "0"};
    options.threads = 2;
    return options;
}

DeltaResult makeDelta(const std::string& base, const std::string& fineTune, const OneBitDeltaOptions& options) {
    const MappedModel baseModel(inFolder(base));
    const MappedModel fineTuneModel(inFolder(fineTune));
    return makeOneBitDelta(baseModel, fineTuneModel, options, [](const Progress&) {});
}

class Logits {
  public:
    explicit Logits(const std::string& model, const std::vector<std::string>& adapters = {})
        : session_({.path = inFolder(model), .threads = 1, .contextTokens = 32, .outputRows = 32}) {
        for (const std::string& adapter : adapters) session_.addAdapter(inFolder(adapter));
    }
    /** With all adapters at one scale. */
    std::vector<float> at(float scale) { return at(std::vector<float>(kMostAdapters, scale)); }
    std::vector<float> at(const std::vector<float>& scales) {
        session_.setAdapterScales(scales);
        session_.clearMemory();
        TokenBatch batch(16);
        for (int i = 0; i < 16; ++i) batch.add((i * 37 + 5) % kTokens, i, 0, true);
        session_.decode(batch.get());
        const float* logits = llama_get_logits(session_.context());
        return {logits, logits + 16 * kTokens};
    }

  private:
    static constexpr size_t kMostAdapters = 4;
    ModelSession session_;
};

double distance(const std::vector<float>& left, const std::vector<float>& right) {
    double sum = 0;
    for (size_t i = 0; i < left.size(); ++i) sum += std::pow(static_cast<double>(left[i]) - right[i], 2);
    return std::sqrt(sum / static_cast<double>(left.size()));
}

void hadamardIsItsOwnInverse() {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (const int64_t size : {1, 2, 8, 16, 128, 512}) {
        std::vector<float> values(1024);
        for (float& value : values) value = normal(random);
        std::vector<float> turned = values;
        hadamardRows(turned.data(), 1024, size);
        // The matrix's own definition, for a few values.
        for (const int64_t at : {int64_t{0}, int64_t{5}, int64_t{700}}) {
            double expected = 0;
            for (int64_t i = 0; i < size; ++i) {
                const int64_t start = at / size * size;
                const bool isNegative = __builtin_popcountll(static_cast<uint64_t>(i & (at - start))) % 2 != 0;
                expected += (isNegative ? -1.0 : 1.0) * values[static_cast<size_t>(start + i)];
            }
            CHECK(std::abs(turned[static_cast<size_t>(at)] - expected) < 1e-4);
        }
        std::vector<float> columns = values;
        hadamardColumns(columns.data(), size, 1024 / size / 1);
        hadamardRows(turned.data(), 1024, size);
        double worst = 0;
        for (size_t i = 0; i < values.size(); ++i)
            worst = std::max(worst, std::abs(static_cast<double>(turned[i] / static_cast<float>(size) - values[i])));
        CHECK(worst < 1e-4);
        hadamardColumns(columns.data(), size, 1024 / size);
        for (size_t i = 0; i < values.size(); ++i)
            CHECK(std::abs(columns[i] / static_cast<float>(size) - values[i]) < 1e-4F);
    }
}

double weightedError(const std::vector<float>& values, const std::vector<float>& weights,
                     const std::vector<float>& code, double factor) {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) sum += weights[i] * std::pow(values[i] - factor * code[i], 2);
    return sum;
}

/** No other scale for the same signs is nearer, with weights and without, before and after rotation. */
void theScaleIsTheBestOne() {
    std::mt19937 random(2);
    std::normal_distribution<float> normal;
    for (int round = 0; round < 200; ++round) {
        std::vector<float> values(kOneBitBlock);
        std::vector<float> weights(kOneBitBlock, 1);
        for (float& value : values) value = normal(random) * std::exp(2 * normal(random));
        if (round % 2 == 1) {
            for (float& weight : weights) weight = std::exp(3 * normal(random));
        }
        OneBitBlock block;
        std::vector<float> code(kOneBitBlock);
        encodeBlock(values.data(), round % 2 == 1 ? weights.data() : nullptr, block);
        decodeBlock(block, code.data());
        const double least = weightedError(values, weights, code, 1);
        for (const double change : {0.5, 0.99, 1.01, 2.0}) CHECK(least < weightedError(values, weights, code, change));

        constexpr float kEntry = 0.0625F;
        std::vector<float> rotated(values);
        for (float& value : rotated) value /= kEntry * kOneBitBlock;
        hadamardRows(rotated.data(), kOneBitBlock, kOneBitBlock);
        encodeRotatedBlock(rotated.data(), values.data(), round % 2 == 1 ? weights.data() : nullptr, kEntry, block);
        decodeBlock(block, code.data());
        hadamardRows(code.data(), kOneBitBlock, kOneBitBlock);
        for (float& value : code) value *= kEntry;
        const double leastRotated = weightedError(values, weights, code, 1);
        for (const double change : {0.5, 0.99, 1.01, 2.0})
            CHECK(leastRotated < weightedError(values, weights, code, change));
    }
}

void specialBlocks() {
    std::vector<float> values(kOneBitBlock, 0);
    std::vector<float> code(kOneBitBlock, 7);
    OneBitBlock block;
    CodingError error = encodeBlock(values.data(), nullptr, block);
    decodeBlock(block, code.data());
    CHECK(block.scale == 0 && error.energy == 0 && error.error == 0);
    CHECK(std::all_of(code.begin(), code.end(), [](float value) { return value == 0; }));

    values[77] = -1000;
    error = encodeBlock(values.data(), nullptr, block);
    decodeBlock(block, code.data());
    CHECK(code[77] < 0 && std::abs(code[77] + 1000.0F / 128) < 0.01F);
    CHECK(error.error < error.energy && error.error > 0.98 * error.energy);
    // Weights that see only the outlier give it back whole.
    std::vector<float> weights(kOneBitBlock, 0);
    weights[77] = 1;
    encodeBlock(values.data(), weights.data(), block);
    decodeBlock(block, code.data());
    CHECK(std::abs(code[77] + 1000) < 0.5F);

    const std::vector<float> constant(kOneBitBlock, -0.25F);
    error = encodeBlock(constant.data(), nullptr, block);
    CHECK(error.error == 0 && error.energy == 8);

    OneBitBlock factor[4];
    writeHadamardRow(130, 512, 128, 0.0625F, factor);
    CHECK(factor[0].scale == 0 && factor[2].scale == 0 && factor[3].scale == 0 && factor[1].scale != 0);
    decodeBlock(factor[1], code.data());
    CHECK(code[0] == 0.0625F && code[1] == 0.0625F && code[2] == -0.0625F && code[3] == -0.0625F && code[4] == 0.0625F);
}

/** Whatever the size of the change, the same share of it comes through; numbers that are not finite are refused. */
void allMagnitudesAreCodedAlike() {
    const Tensors base = randomModel(3);
    writeModel(inFolder("base32.gguf"), base, {.type = GGML_TYPE_F32});
    for (const float share : {3e-4F, 3e-2F, 3e3F}) {
        writeModel(inFolder("tuned32.gguf"), trained(base, 4, share, false), {.type = GGML_TYPE_F32});
        const DeltaResult result = makeDelta("base32.gguf", "tuned32.gguf", deltaOptions("d.gguf"));
        // 2/π for normally distributed numbers.
        CHECK(std::abs(result.captured - 0.6366) < 0.01);
        CHECK(result.leftOutShare == 0);
        CHECK(result.fileBytes == bytesOf(inFolder("d.gguf")).size());
    }
    for (const float bad : {NAN, INFINITY, -INFINITY, 1e30F}) {
        Tensors broken = trained(base, 4, 0.01F, false);
        broken["blk.1.ffn_up.weight"].values[12345] = bad;
        writeModel(inFolder("broken.gguf"), broken, {.type = GGML_TYPE_F32});
        CHECK(failureOf([] { makeDelta("base32.gguf", "broken.gguf", deltaOptions("d.gguf")); }) == "model-damaged");
    }
}

void equalModelsHaveNoDelta() {
    CHECK(failureOf([] { makeDelta("base32.gguf", "base32.gguf", deltaOptions("d.gguf")); }) == "pair-equal");
    const Tensors base = randomModel(3);
    // One changed matrix is one pair, exactly nothing else.
    Tensors one = base;
    one["blk.0.attn_v.weight"].values[7] += 0.5F;
    writeModel(inFolder("one.gguf"), one, {.type = GGML_TYPE_F32});
    makeDelta("base32.gguf", "one.gguf", deltaOptions("d.gguf"));
    const DeltaReader reader(inFolder("d.gguf"));
    CHECK(reader.matrices() == std::vector<std::string>{"blk.0.attn_v.weight"});
    std::vector<float> row(kWidth);
    reader.readRow("blk.0.attn_v.weight", 1, row.data());
    CHECK(*std::max_element(row.begin(), row.end()) < 0.5F / 64);
}

Tensors merged(const Tensors& base, const std::string& delta) {
    Tensors result = base;
    const DeltaReader reader(inFolder(delta));
    for (const std::string& name : reader.matrices()) {
        Tensor& tensor = result[name];
        std::vector<float> row(static_cast<size_t>(tensor.shape[0]));
        for (int64_t i = 0; i < tensor.shape[1]; ++i) {
            reader.readRow(name, i, row.data());
            for (size_t j = 0; j < row.size(); ++j) tensor.values[static_cast<size_t>(i) * row.size() + j] += row[j];
        }
    }
    return result;
}

/** In llama.cpp: base with adapter = base with the decoded delta added; at scale 0 and when removed = base, bit for
 * bit. */
void adapterIsTheMergedDelta() {
    const Tensors base = randomModel(5);
    writeModel(inFolder("base.gguf"), base);
    const Tensors tuned = trained(base, 6, 0.2F, true);
    writeModel(inFolder("tuned.gguf"), tuned);
    for (const int64_t hadamardSize : {int64_t{128}, int64_t{0}}) {
        OneBitDeltaOptions options = deltaOptions("delta.gguf");
        options.hadamardSize = hadamardSize;
        makeDelta("base.gguf", "tuned.gguf", options);
        writeModel(inFolder("merged.gguf"), merged(base, "delta.gguf"), {.type = GGML_TYPE_F32});
        writeModel(inFolder("base-as-32.gguf"), base, {.type = GGML_TYPE_F32});
        Logits with("base.gguf", {"delta.gguf"});
        const std::vector<float> plain = Logits("base.gguf").at(0);
        const std::vector<float> adapted = with.at(1);
        const std::vector<float> expected = Logits("merged.gguf").at(0);
        const double change = distance(plain, expected);
        CHECK(change > 0.05);
        // What remains is llama.cpp's rounding of activations to 8 bits, and of the base to 16.
        CHECK(distance(adapted, expected) < 0.02 * change);
        CHECK(with.at(0) == plain);
        CHECK(with.at(1) == adapted);
        CHECK(with.at(0) == plain);
        // And it is on the way to the fine-tune.
        const std::vector<float> goal = Logits("tuned.gguf").at(0);
        CHECK(distance(adapted, goal) < 0.8 * distance(plain, goal));
    }
}

/** Deltas add up: the order of a stack is only rounding, and the sum is the base with both decoded deltas merged. */
void aStackIsASum() {
    const Tensors base = randomModel(5);
    writeModel(inFolder("stack-base.gguf"), base);
    for (const auto& [name, seed] : {std::pair<const char*, unsigned>{"one", 61}, {"other", 62}}) {
        writeModel(inFolder("stack-tuned.gguf"), trained(base, seed, 0.2F, true));
        makeDelta("stack-base.gguf", "stack-tuned.gguf", deltaOptions(std::string(name) + ".gguf"));
    }
    Logits stack("stack-base.gguf", {"one.gguf", "other.gguf"});
    Logits turned("stack-base.gguf", {"other.gguf", "one.gguf"});
    const std::vector<float> plain = stack.at(0);
    const std::vector<float> both = stack.at(1);
    writeModel(inFolder("stack-merged.gguf"), merged(merged(base, "one.gguf"), "other.gguf"), {.type = GGML_TYPE_F32});
    const std::vector<float> expected = Logits("stack-merged.gguf").at(0);
    const double change = distance(plain, expected);
    CHECK(change > 0.05);
    // In another order the sums round otherwise, and with them the activations, which llama.cpp rounds to 8 bits.
    CHECK(distance(both, turned.at(1)) < 0.01 * change);
    CHECK(distance(both, expected) < 0.02 * change);
    // Each at its own strength; at 0 it is as if it were not there.
    CHECK(distance(stack.at({0.5F, 1.0F}), turned.at({1.0F, 0.5F})) < 0.01 * change);
    CHECK(distance(stack.at({1.0F, 0.0F}), both) > 0.1 * change);
    CHECK(stack.at({1.0F, 0.0F}) == Logits("stack-base.gguf", {"one.gguf"}).at(1));
    CHECK(stack.at(0) == plain);
}

/** A change of the norms alone travels in the matrices after them, with no loss but the codec's. */
void normsAreFolded() {
    const Tensors base = randomModel(7);
    Tensors tuned = base;
    for (auto& [name, tensor] : tuned) {
        if (!name.ends_with("attn_norm.weight") && !name.ends_with("ffn_norm.weight")) continue;
        for (float& value : tensor.values) value *= 1.5F;
    }
    writeModel(inFolder("base-norm.gguf"), base, {.type = GGML_TYPE_F32});
    writeModel(inFolder("tuned-norm.gguf"), tuned, {.type = GGML_TYPE_F32});
    const DeltaResult result = makeDelta("base-norm.gguf", "tuned-norm.gguf", deltaOptions("norm.gguf"));
    CHECK(result.foldedNorms.size() == 2 * kLayers);
    CHECK(result.leftOut.empty());
    const MappedModel baseModel(inFolder("base-norm.gguf"));
    const MappedModel tunedModel(inFolder("tuned-norm.gguf"));
    const DeltaPlan plan = planDelta(baseModel, tunedModel, 1);
    CHECK(plan.matrices.size() == 5 * kLayers);
    for (const DeltaMatrix& matrix : plan.matrices) {
        std::vector<float> change(static_cast<size_t>(matrix.inputs()));
        std::vector<float> scratch(change.size());
        readChange(matrix, 3, 0, matrix.inputs(), change.data(), scratch.data());
        const std::vector<float>& weights = base.at(matrix.name()).values;
        for (size_t i = 0; i < change.size(); ++i)
            CHECK(std::abs(change[i] - 0.5F * weights[3 * change.size() + i]) < 1e-5F);
    }
    // A norm weight of zero cannot be divided by: that column stays, and is reported.
    Tensors zero = base;
    zero["blk.0.attn_norm.weight"].values[9] = 0;
    writeModel(inFolder("zero-norm.gguf"), zero, {.type = GGML_TYPE_F32});
    tuned["blk.0.attn_norm.weight"].values[9] = 0.3F;
    writeModel(inFolder("tuned-norm.gguf"), tuned, {.type = GGML_TYPE_F32});
    const DeltaResult left = makeDelta("zero-norm.gguf", "tuned-norm.gguf", deltaOptions("norm.gguf"));
    CHECK(left.leftOut.size() == 1 && left.leftOut.front().name == "blk.0.attn_norm.weight" && left.leftOutShare > 0);
}

void whatCannotTravelIsRefusedOrTold() {
    const Tensors base = randomModel(5);
    Tensors embedding = trained(base, 8, 0.1F, false);
    for (float& value : embedding["token_embd.weight"].values) value *= 1.01F;
    writeModel(inFolder("embedding.gguf"), embedding);
    const DeltaResult result = makeDelta("base.gguf", "embedding.gguf", deltaOptions("d.gguf"));
    CHECK(result.leftOut.size() == 1 && result.leftOut.front().name == "token_embd.weight");
    CHECK(result.leftOutShare > 0 && result.leftOutShare < 0.2);

    Tensors output = base;
    for (float& value : output["output_norm.weight"].values) value += 0.5F;
    output["blk.0.attn_q.weight"].values[0] += 1;
    writeModel(inFolder("output.gguf"), output);
    // With a head of its own the output norm is folded into it.
    CHECK(makeDelta("base.gguf", "output.gguf", deltaOptions("d.gguf")).leftOut.empty());
    Tensors tiedBase = base;
    tiedBase.erase("output.weight");
    Tensors tied = output;
    tied.erase("output.weight");
    writeModel(inFolder("tied-base.gguf"), tiedBase);
    writeModel(inFolder("tied.gguf"), tied);
    CHECK(failureOf([] { makeDelta("tied-base.gguf", "tied.gguf", deltaOptions("d.gguf")); }) ==
          "pair-not-representable");

    Tensors grown = base;
    for (const char* name : {"token_embd.weight", "output.weight"}) {
        grown[name].shape[1] += 1;
        grown[name].values.resize(grown[name].values.size() + kWidth);
    }
    writeModel(inFolder("grown.gguf"), grown);
    CHECK(failureOf([] { makeDelta("base.gguf", "grown.gguf", deltaOptions("d.gguf")); }) ==
          "pair-vocabularies-differ");
    Tensors missing = base;
    missing.erase("blk.1.ffn_up.weight");
    writeModel(inFolder("missing.gguf"), missing);
    CHECK(failureOf([] { makeDelta("base.gguf", "missing.gguf", deltaOptions("d.gguf")); }) == "pair-shapes-differ");
    CHECK(failureOf([] { makeDelta("base.gguf", "not there.gguf", deltaOptions("d.gguf")); }) == "source-missing");
}

void formsAreTheSameDelta() {
    makeDelta("base.gguf", "tuned.gguf", deltaOptions("full.gguf"));
    const uint64_t compactBytes = convertForm(inFolder("full.gguf"), inFolder("compact.gguf"), true);
    const uint64_t fullBytes = convertForm(inFolder("compact.gguf"), inFolder("again.gguf"), false);
    CHECK(compactBytes < fullBytes);
    CHECK(bytesOf(inFolder("full.gguf")) == bytesOf(inFolder("again.gguf")));
    OneBitDeltaOptions options = deltaOptions("compact-at-once.gguf");
    options.isCompact = true;
    makeDelta("base.gguf", "tuned.gguf", options);
    const DeltaReader once(inFolder("compact-at-once.gguf"));
    const DeltaReader full(inFolder("full.gguf"));
    std::vector<float> rowLeft(kFeedForward);
    std::vector<float> rowRight(kFeedForward);
    for (const std::string& name : full.matrices()) {
        once.readRow(name, 5, rowLeft.data());
        full.readRow(name, 5, rowRight.data());
        CHECK(rowLeft == rowRight);
    }
    // llama.cpp refuses the compact form by its type, rather than to use half of it.
    CHECK(failureOf([] { Logits("base.gguf", {"compact.gguf"}); }) == "delta-damaged");
    // As many threads as you like: the same file.
    OneBitDeltaOptions one = deltaOptions("one-thread.gguf");
    one.threads = 1;
    makeDelta("base.gguf", "tuned.gguf", one);
    CHECK(bytesOf(inFolder("one-thread.gguf")) == bytesOf(inFolder("full.gguf")));
}

void splitModelsAreRead() {
    const Tensors tuned = trained(randomModel(5), 6, 0.2F, true);
    for (int split = 0; split < 3; ++split) {
        char name[64];
        std::snprintf(name, sizeof name, "tuned-%05d-of-00003.gguf", split + 1);
        writeModel(inFolder(name), tuned, {.split = split, .splits = 3});
    }
    makeDelta("base.gguf", "tuned-00001-of-00003.gguf", deltaOptions("split.gguf"));
    CHECK(bytesOf(inFolder("split.gguf")) == bytesOf(inFolder("full.gguf")));
    CHECK(failureOf([] { MappedModel(inFolder("tuned-00002-of-00003.gguf")); }) == "model-unreadable");
    std::filesystem::remove(inFolder("tuned-00003-of-00003.gguf"));
    CHECK(failureOf([] { MappedModel(inFolder("tuned-00001-of-00003.gguf")); }) == "source-missing");
}

void importanceIsUsed() {
    OneBitDeltaOptions options = deltaOptions("weighted.gguf");
    std::mt19937 random(9);
    std::normal_distribution<float> normal;
    for (const auto& [name, tensor] : randomModel(5)) {
        if (tensor.shape.size() != 2) continue;
        std::vector<float>& weights = options.importance[name];
        for (int64_t i = 0; i < tensor.shape[0]; ++i) weights.push_back(std::exp(2 * normal(random)));
    }
    makeDelta("base.gguf", "tuned.gguf", options);
    const MappedModel base(inFolder("base.gguf"));
    const MappedModel tuned(inFolder("tuned.gguf"));
    const DeltaReader weighted(inFolder("weighted.gguf"));
    const DeltaReader plain(inFolder("full.gguf"));
    for (const DeltaMatrix& matrix : planDelta(base, tuned, 1).matrices) {
        double errorWeighted = 0;
        double errorPlain = 0;
        std::vector<float> change(static_cast<size_t>(matrix.inputs()));
        std::vector<float> code(change.size());
        const std::vector<float>& weights = options.importance.at(matrix.name());
        for (int64_t row = 0; row < matrix.outputs(); ++row) {
            readChange(matrix, row, 0, matrix.inputs(), change.data(), code.data());
            weighted.readRow(matrix.name(), row, code.data());
            errorWeighted += weightedError(change, weights, code, 1);
            plain.readRow(matrix.name(), row, code.data());
            errorPlain += weightedError(change, weights, code, 1);
        }
        CHECK(errorWeighted < errorPlain);
    }
}

/** Against the definition: no rank-r matrix is nearer than the leading singular vectors, whose values are known here.
 */
void decompositionIsTheNearest() {
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{70, 133}, {200, 40}, {3, 64}}) {
        // A sum of orthogonal directions with falling weights: Hadamard rows, cut to length by zeros, are orthogonal.
        std::vector<float> matrix(static_cast<size_t>(rows * columns));
        double energy = 0;
        for (float& value : matrix) {
            value = normal(random) / 100;
            energy += static_cast<double>(value) * value;
        }
        const int64_t known = std::min<int64_t>(3, rows);
        for (int64_t i = 0; i < known; ++i) {
            for (int64_t row = 0; row < rows; ++row) {
                if (row % known != i) continue;
                for (int64_t column = 0; column < columns; ++column) {
                    if (column % 3 == i)
                        matrix[static_cast<size_t>(row * columns + column)] += static_cast<float>(3 - i);
                }
            }
        }
        const LowRankFactors factors = decompose(matrix, rows, columns, known, 2);
        CHECK(factors.rank == known);
        CHECK(std::is_sorted(factors.singularValues.rbegin(), factors.singularValues.rend()));
        double error = 0;
        for (int64_t row = 0; row < rows; ++row) {
            for (int64_t column = 0; column < columns; ++column) {
                double value = 0;
                for (int64_t i = 0; i < known; ++i) {
                    value += static_cast<double>(factors.outputs[static_cast<size_t>(row * known + i)]) *
                             factors.inputs[static_cast<size_t>(i * columns + column)];
                }
                error += std::pow(matrix[static_cast<size_t>(row * columns + column)] - value, 2);
            }
        }
        // What is left is at most the noise that was there.
        CHECK(error <= energy * 1.001);
        const LowRankFactors one = decompose(matrix, rows, columns, known, 1);
        CHECK(one.inputs == factors.inputs && one.outputs == factors.outputs);
    }
    const LowRankFactors zero = decompose(std::vector<float>(64 * 32, 0), 64, 32, 4, 1);
    CHECK(std::all_of(zero.inputs.begin(), zero.inputs.end(), [](float value) { return value == 0; }));
    CHECK(std::all_of(zero.outputs.begin(), zero.outputs.end(), [](float value) { return value == 0; }));
}

/** In llama.cpp a LoRA of full rank is the fine-tune, up to half precision. */
void fullRankIsTheFineTune() {
    // The smallest matrices alone: their rank is the time that it takes.
    Tensors narrow = randomModel(5);
    for (const auto& [name, tensor] : trained(narrow, 6, 0.2F, false)) {
        if (name.find("attn_k") != std::string::npos || name.find("attn_v") != std::string::npos) narrow[name] = tensor;
    }
    writeModel(inFolder("narrow.gguf"), narrow);
    const MappedModel base(inFolder("base.gguf"));
    const MappedModel tuned(inFolder("narrow.gguf"));
    LowRankDeltaOptions options;
    options.target = inFolder("lora.gguf");
    options.description = {.name = "lora", .baseName = "base", .fineTuneName = "fine-tune", .appVersion = "0"};
    options.threads = 2;
    options.rank = kKeyWidth;
    const DeltaResult result = makeLowRankDelta(base, tuned, options, [](const Progress&) {});
    CHECK(result.captured > 0.9999);
    const std::vector<float> plain = Logits("base.gguf").at(0);
    const std::vector<float> goal = Logits("narrow.gguf").at(0);
    CHECK(distance(Logits("base.gguf", {"lora.gguf"}).at(1), goal) < 0.01 * distance(plain, goal));
    CHECK(checkBase(DeltaReader(inFolder("lora.gguf")), base).verdict == BaseVerdict::kSame);
    CHECK(checkBase(DeltaReader(inFolder("lora.gguf")), tuned).verdict == BaseVerdict::kIsFineTune);
}

void fittedFactorsAreALowerPoint() {
    const std::vector<float> goal{1.6F, 1.2F, 0.9F, 1.4F};
    uint32_t calls = 0;
    const auto bowl = [&](const std::vector<float>& factors) {
        ++calls;
        double value = 1;
        for (size_t i = 0; i < goal.size(); ++i) value += std::pow(std::log(factors[i] / goal[i]), 2);
        return value;
    };
    const Minimum found = fitFactors(goal.size(), bowl);
    CHECK(calls <= fitEvaluations(goal.size()));
    CHECK(found.value == bowl(found.factors));
    for (size_t i = 0; i < goal.size(); ++i) CHECK(std::abs(found.factors[i] - goal[i]) < 0.02F);
    // Where nothing helps, nothing is changed.
    const Minimum none = fitFactors(3, [](const std::vector<float>& factors) {
        double value = 0;
        for (const float factor : factors) value += std::abs(factor - 1);
        return value;
    });
    CHECK(none.value == 0 && none.factors == (std::vector<float>{1, 1, 1}));
}

/** The base in any quantization, and none of many others of the same shape. */
void basesAreKnownAgain() {
    const Tensors base = randomModel(5);
    const DeltaReader delta(inFolder("full.gguf"));
    const auto verdict = [&](const std::string& model) { return checkBase(delta, MappedModel(inFolder(model))); };
    CHECK(verdict("base.gguf").verdict == BaseVerdict::kSame);
    writeModel(inFolder("base32.gguf"), base, {.type = GGML_TYPE_F32});
    CHECK(verdict("base32.gguf").verdict == BaseVerdict::kSame);
    double worstOfSame = 0;
    for (const char* type : {"Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q4_0", "Q4_1", "IQ4_NL", "Q3_K_M", "Q2_K"}) {
        QuantizeOptions options;
        options.source = inFolder("base.gguf");
        options.target = inFolder("quantized.gguf");
        options.fileType = fileTypeFromName(type);
        quantize(options, [](const Progress&) {});
        const BaseCheck found = verdict("quantized.gguf");
        if (found.verdict != BaseVerdict::kSame)
            std::printf("# %s: distance %f of %f, along %f\n", type, found.distance, found.distanceAllowed,
                        found.along);
        CHECK(found.verdict == BaseVerdict::kSame);
        worstOfSame = std::max(worstOfSame, found.distance / found.distanceAllowed);

        // The fine-tune itself, quantized the same way, is another model.
        options.source = inFolder("tuned.gguf");
        quantize(options, [](const Progress&) {});
        const BaseVerdict tuned = verdict("quantized.gguf").verdict;
        CHECK(tuned == BaseVerdict::kIsFineTune || tuned == BaseVerdict::kTrainedFurther);
    }
    CHECK(worstOfSame < 0.9);
    int refused = 0;
    double nearestUnrelated = 10;
    for (unsigned seed = 100; seed < 120; ++seed) {
        writeModel(inFolder("other.gguf"), randomModel(seed));
        const BaseCheck found = verdict("other.gguf");
        refused += found.verdict == BaseVerdict::kOtherWeights ? 1 : 0;
        nearestUnrelated = std::min(nearestUnrelated, found.distance);
    }
    CHECK(refused == 20);
    CHECK(nearestUnrelated > 1.2);
    for (unsigned seed = 200; seed < 220; ++seed) {
        // From a change so small that training hardly begins to one that is nearly a new model; half with their norms
        // untouched.
        const float share = 0.03F * std::exp2(static_cast<float>(seed % 10) / 2);
        writeModel(inFolder("other.gguf"), trained(base, seed, share, seed % 2 == 0));
        refused += verdict("other.gguf").verdict == BaseVerdict::kTrainedFurther ? 1 : 0;
    }
    CHECK(refused == 40);
    // The fine-tune with the base's own norms differs by its weights alone.
    Tensors hidden = trained(base, 6, 0.2F, true);
    for (const auto& [name, tensor] : base) {
        if (tensor.shape.size() == 1) hidden[name] = tensor;
    }
    writeModel(inFolder("other.gguf"), hidden);
    CHECK(verdict("other.gguf").verdict == BaseVerdict::kIsFineTune);
    std::printf("# fingerprint: same base at most %.2f of what is allowed; nearest of 20 unrelated at %.2f\n",
                worstOfSame, nearestUnrelated);
}

/** Whatever the bytes are: a delta or a Failure. The sanitizers are the judges. */
void damagedFilesAreRefused() {
    const std::vector<char> whole = bytesOf(inFolder("compact.gguf"));
    const MappedModel base(inFolder("base.gguf"));
    std::mt19937 random(10);
    int refused = 0;
    constexpr int kRounds = 300;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<char> bytes = whole;
        if (round % 3 == 0) bytes.resize(random() % bytes.size());
        for (unsigned change = 0; change < random() % 6 && !bytes.empty(); ++change) {
            bytes[random() % std::min<size_t>(bytes.size(), 6000)] = static_cast<char>(random());
        }
        writeBytes(inFolder("damaged.gguf"), bytes);
        const std::string code = failureOf([&] {
            const DeltaReader delta(inFolder("damaged.gguf"));
            checkBase(delta, base);
            convertForm(inFolder("damaged.gguf"), inFolder("converted.gguf"), false);
        });
        refused += code.empty() ? 0 : 1;
    }
    CHECK(refused > kRounds / 4 && refused < kRounds);
}

/** A header that says another alignment than it was written with puts its weights anywhere. */
void misalignedModelsAreRefused() {
    const Tensors base = randomModel(5);
    int refused = 0;
    for (int length = 1; length <= 4; ++length) {
        const std::string path = inFolder("misaligned.gguf");
        writeModel(path, base, {.name = std::string(static_cast<size_t>(length), 'n'), .alignment = 1});
        try {
            const MappedModel model(path);
            CHECK(reinterpret_cast<uintptr_t>(model.tensors().begin()->second.data) % alignof(float) == 0);
        } catch (const Failure& failure) {
            ++refused;
            CHECK(failure.code() == "model-unreadable");
            CHECK(std::strstr(failure.what(), "multiple of 4") != nullptr);
        }
    }
    // Of four lengths of a name, one happens to fit.
    CHECK(refused == 3);
}

void emptyTensorsAreRefused() {
    Tensors base = randomModel(5);
    base["blk.0.attn_q.weight"] = {{0, 256}, {}};
    writeModel(inFolder("empty.gguf"), base);
    CHECK(failureOf([] { MappedModel(inFolder("empty.gguf")); }) == "model-unreadable");
}

/** Finite numbers whose squares, products or halves are not. */
void farTooLargeChangesAreRefused() {
    const Tensors base = randomModel(5);
    writeModel(inFolder("base32.gguf"), base, {.type = GGML_TYPE_F32});
    const MappedModel baseModel(inFolder("base32.gguf"));
    LowRankDeltaOptions options;
    options.target = inFolder("large-lora.gguf");
    options.description = {.name = "lora", .baseName = "base", .fineTuneName = "fine-tune", .appVersion = "0"};
    options.threads = 2;
    options.rank = 16;
    for (const float large : {3.4e38F, 1e30F, 1e14F, -3.4e38F, INFINITY, NAN}) {
        Tensors tuned = base;
        std::vector<float>& values = tuned["blk.1.ffn_up.weight"].values;
        for (size_t i = 0; i < 20'000; ++i) values[i * 6] = large;
        writeModel(inFolder("large.gguf"), tuned, {.type = GGML_TYPE_F32});
        CHECK(failureOf([&] {
                  makeLowRankDelta(baseModel, MappedModel(inFolder("large.gguf")), options, [](const Progress&) {});
              }) == "model-damaged");
    }
    // As large as half precision carries: all figures are finite.
    Tensors tuned = base;
    for (float& value : tuned["blk.1.ffn_up.weight"].values) value *= 1e4F;
    writeModel(inFolder("large.gguf"), tuned, {.type = GGML_TYPE_F32});
    const DeltaResult result =
        makeLowRankDelta(baseModel, MappedModel(inFolder("large.gguf")), options, [](const Progress&) {});
    CHECK(std::isfinite(result.captured) && result.captured > 0 && result.captured < 1);
}

/** No distance is NaN: what no distance can be computed of is refused in words. */
void basesThatAreNotFiniteAreRefused() {
    const DeltaReader delta(inFolder("full.gguf"));
    for (const float bad : {NAN, INFINITY, 3.4e38F}) {
        for (const char* where : {"blk.0.attn_q.weight", "blk.1.ffn_norm.weight"}) {
            Tensors broken = randomModel(5);
            std::ranges::fill(broken[where].values, bad);
            writeModel(inFolder("broken.gguf"), broken, {.type = GGML_TYPE_F32});
            CHECK(failureOf([&] { checkBase(delta, MappedModel(inFolder("broken.gguf"))); }) == "model-damaged");
        }
    }
    std::filesystem::copy_file(inFolder("full.gguf"), inFolder("broken-delta.gguf"));
    changeMetadata(inFolder("broken-delta.gguf"), [](gguf_context* gguf) {
        const int64_t key = gguf_find_key(gguf, "facet.base.rows");
        const auto* rows = static_cast<const float*>(gguf_get_arr_data(gguf, key));
        std::vector<float> changed(rows, rows + gguf_get_arr_n(gguf, key));
        changed[7] = NAN;
        gguf_set_arr_data(gguf, "facet.base.rows", GGUF_TYPE_FLOAT32, changed.data(), changed.size());
    });
    CHECK(failureOf([] {
              checkBase(DeltaReader(inFolder("broken-delta.gguf")), MappedModel(inFolder("base.gguf")));
          }) == "delta-damaged");
}

/** A base of zeros has no length that a change could be in relation to. */
void aChangeOfZerosHasASize() {
    Tensors base = randomModel(5);
    std::ranges::fill(base["token_embd.weight"].values, 0.0F);
    Tensors tuned = trained(base, 8, 0.1F, false);
    std::ranges::fill(tuned["token_embd.weight"].values, 0.5F);
    writeModel(inFolder("zeros.gguf"), base);
    writeModel(inFolder("not-zeros.gguf"), tuned);
    const DeltaResult result = makeDelta("zeros.gguf", "not-zeros.gguf", deltaOptions("zeros-delta.gguf"));
    CHECK(result.leftOut.size() == 1 && result.leftOut.front().relative == 1);
}

/** The alignment of a file that was read says nothing about the one that is written from it. */
void otherAlignmentsAreNotCopied() {
    ggml_context* shapes = nullptr;
    const GgufPointer gguf(gguf_init_from_file(inFolder("full.gguf").c_str(), {.no_alloc = true, .ctx = &shapes}),
                           gguf_free);
    const std::unique_ptr<ggml_context, decltype(&ggml_free)> owned(shapes, ggml_free);
    const std::vector<char> whole = bytesOf(inFolder("full.gguf"));
    const auto weights = whole.begin() + static_cast<std::ptrdiff_t>(gguf_get_data_offset(gguf.get()));
    gguf_set_val_u32(gguf.get(), "general.alignment", 64);
    std::vector<char> bytes(gguf_get_meta_size(gguf.get()));
    gguf_get_meta_data(gguf.get(), bytes.data());
    bytes.resize((bytes.size() + 63) / 64 * 64);
    bytes.insert(bytes.end(), weights, whole.end());
    writeBytes(inFolder("aligned-64.gguf"), bytes);
    convertForm(inFolder("aligned-64.gguf"), inFolder("converted.gguf"), false);
    const DeltaReader converted(inFolder("converted.gguf"));
    const DeltaReader full(inFolder("full.gguf"));
    CHECK(converted.matrices() == full.matrices());
    for (const std::string& name : full.matrices()) {
        const MappedTensor& left = full.signs(name);
        const MappedTensor& right = converted.signs(name);
        CHECK(left.bytes == right.bytes && std::memcmp(left.data, right.data, left.bytes) == 0);
    }
}

/** Names that are long enough in a model and too long with what an adapter adds. */
void longNamesAreRefused() {
    Tensors base = randomModel(5);
    const std::string name = "blk." + std::string(40, '9') + ".attn_q.weight";
    base[name] = base["blk.0.attn_q.weight"];
    Tensors tuned = base;
    tuned[name].values[7] += 1;
    writeModel(inFolder("long.gguf"), base);
    writeModel(inFolder("long-tuned.gguf"), tuned);
    CHECK(failureOf([] { makeDelta("long.gguf", "long-tuned.gguf", deltaOptions("d.gguf")); }) ==
          "pair-not-representable");
}

/** What parts the columns of llama.cpp's log may also be in a name. */
void namesDoNotConfuseThePlan() {
    Tensors base = randomModel(5);
    const std::string name = "odd - [1, 1, 1, 1], type = q4_K, 9.weight";
    base[name] = base["blk.0.attn_q.weight"];
    writeModel(inFolder("odd.gguf"), base);
    bool isFound = false;
    for (const TensorPlan& plan : planQuantize(inFolder("odd.gguf"), fileTypeFromName("Q8_0"), false)) {
        if (plan.name.find("odd") == std::string::npos) continue;
        isFound = true;
        CHECK(plan.name == name);
        CHECK((plan.shape == std::array<int64_t, 4>{kWidth, kWidth, 1, 1}));
        CHECK(plan.sourceType == GGML_TYPE_F16 && plan.sourceBytes == kWidth * kWidth * 2);
    }
    CHECK(isFound);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    folder = arguments[2];
    loadBackends(arguments[1]);
    return runTests({TEST(hadamardIsItsOwnInverse),
                     TEST(theScaleIsTheBestOne),
                     TEST(specialBlocks),
                     TEST(allMagnitudesAreCodedAlike),
                     TEST(equalModelsHaveNoDelta),
                     TEST(adapterIsTheMergedDelta),
                     TEST(aStackIsASum),
                     TEST(normsAreFolded),
                     TEST(whatCannotTravelIsRefusedOrTold),
                     TEST(formsAreTheSameDelta),
                     TEST(splitModelsAreRead),
                     TEST(importanceIsUsed),
                     TEST(decompositionIsTheNearest),
                     TEST(fullRankIsTheFineTune),
                     TEST(fittedFactorsAreALowerPoint),
                     TEST(basesAreKnownAgain),
                     TEST(damagedFilesAreRefused),
                     TEST(misalignedModelsAreRefused),
                     TEST(emptyTensorsAreRefused),
                     TEST(farTooLargeChangesAreRefused),
                     TEST(basesThatAreNotFiniteAreRefused),
                     TEST(aChangeOfZerosHasASize),
                     TEST(otherAlignmentsAreNotCopied),
                     TEST(longNamesAreRefused),
                     TEST(namesDoNotConfuseThePlan)});
}
