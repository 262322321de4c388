// Weights and deltas that are no sensible numbers: each is used, or refused with a Failure. Seeded; a crash says which
// input it was. scripts/nativeTests.ts runs them, with AddressSanitizer too: node scripts/run.mjs
// scripts/nativeTests.ts address fuzzTests
#include <unistd.h>

#include <array>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/Backend.h"
#include "core/Failure.h"
#include "core/Quantizer.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaForm.h"
#include "core/delta/DeltaReader.h"
#include "core/delta/Fingerprint.h"
#include "core/delta/LowRankDelta.h"
#include "core/delta/OneBitDelta.h"
#include "test/testing.h"

namespace {

using namespace facet;
using namespace facet::test;

constexpr int kInputs = 500;
constexpr int64_t kWidth = 256;
constexpr int64_t kRows = 128;

/** Of the input that is tried, for when the process ends. */
int current = 0;

void sayCurrent() {
    std::array<char, 64> line{};
    const int length = std::snprintf(line.data(), line.size(), "# it ended at input %d\n", current);
    if (length > 0 && write(STDOUT_FILENO, line.data(), static_cast<size_t>(length)) < 0) return;
}

void endedBySignal(int signal) {
    sayCurrent();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

using Random = std::mt19937;

int below(Random& random, int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }

float hostile(Random& random) {
    using limits = std::numeric_limits<float>;
    const std::array<float, 12> values{limits::quiet_NaN(),
                                       limits::signaling_NaN(),
                                       limits::infinity(),
                                       -limits::infinity(),
                                       limits::max(),
                                       limits::lowest(),
                                       limits::denorm_min(),
                                       limits::min(),
                                       65504,
                                       65520,
                                       -0.0F,
                                       0};
    // Or any bits at all.
    return below(random, 4) == 0 ? std::bit_cast<float>(static_cast<uint32_t>(random()))
                                 : values.at(static_cast<size_t>(below(random, values.size())));
}

std::vector<float> weights(Random& random, int64_t count, bool isHostile) {
    std::normal_distribution<float> normal(0, 0.06F);
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = normal(random);
    if (!isHostile) return values;
    // One, some, or all of them.
    const std::array<int64_t, 3> places{1, 16, count};
    for (int64_t left = places.at(static_cast<size_t>(below(random, 3))); left > 0; --left)
        values.at(random() % values.size()) = hostile(random);
    return values;
}

/** A block's matrices and a norm; of F32 or F16, whose bits are hostile too. */
void writeModel(const std::string& path, Random& random, bool isHostile) {
    const GgufPointer gguf(gguf_init_empty(), gguf_free);
    gguf_context* g = gguf.get();
    gguf_set_val_str(g, "general.architecture", "llama");
    gguf_set_val_str(g, "general.type", "model");
    gguf_set_val_u32(g, "llama.context_length", 128);
    gguf_set_val_u32(g, "llama.embedding_length", kWidth);
    gguf_set_val_u32(g, "llama.block_count", 1);
    gguf_set_val_u32(g, "llama.feed_forward_length", kRows);
    gguf_set_val_u32(g, "llama.attention.head_count", 4);
    gguf_set_val_u32(g, "llama.attention.head_count_kv", 2);
    gguf_set_val_f32(g, "llama.attention.layer_norm_rms_epsilon", 1e-5F);
    gguf_set_val_u32(g, "llama.vocab_size", 64);
    gguf_set_val_str(g, "tokenizer.ggml.model", "no_vocab");
    const std::unique_ptr<ggml_context, decltype(&ggml_free)> context(
        ggml_init({.mem_size = 8 << 20, .mem_buffer = nullptr, .no_alloc = false}), ggml_free);
    struct Shape {
        const char* name;
        int64_t columns;
        int64_t rows;
    };
    const std::array<Shape, 12> shapes{{{"token_embd.weight", kWidth, 64},
                                        {"output.weight", kWidth, 64},
                                        {"output_norm.weight", kWidth, 1},
                                        {"blk.0.attn_norm.weight", kWidth, 1},
                                        {"blk.0.ffn_norm.weight", kWidth, 1},
                                        {"blk.0.attn_q.weight", kWidth, kWidth},
                                        {"blk.0.attn_k.weight", kWidth, kRows},
                                        {"blk.0.attn_v.weight", kWidth, kRows},
                                        {"blk.0.attn_output.weight", kWidth, kWidth},
                                        {"blk.0.ffn_gate.weight", kWidth, kRows},
                                        {"blk.0.ffn_up.weight", kWidth, kRows},
                                        {"blk.0.ffn_down.weight", kRows, kWidth}}};
    const int bad = isHostile ? below(random, static_cast<int>(shapes.size())) : -1;
    const bool isHalf = below(random, 2) == 0;
    for (int index = 0; const auto& [name, columns, rows] : shapes) {
        const bool isVector = rows == 1;
        const ggml_type type = isHalf && !isVector ? GGML_TYPE_F16 : GGML_TYPE_F32;
        ggml_tensor* tensor = isVector ? ggml_new_tensor_1d(context.get(), type, columns)
                                       : ggml_new_tensor_2d(context.get(), type, columns, rows);
        ggml_set_name(tensor, name);
        const std::vector<float> values =
            weights(random, columns * rows, index == bad || (isHostile && below(random, 6) == 0));
        if (type == GGML_TYPE_F16)
            ggml_fp32_to_fp16_row(values.data(), static_cast<ggml_fp16_t*>(tensor->data), columns * rows);
        else
            std::memcpy(tensor->data, values.data(), values.size() * sizeof(float));
        gguf_add_tensor(g, tensor);
        ++index;
    }
    CHECK(gguf_write_to_file(g, path.c_str(), false));
}

/** Whatever else is thrown has failed the test: a Failure is what the user can be told. */
void tried(const std::function<void()>& work) {
    try {
        work();
    } catch (const Failure&) {
        return;
    }
}

void forEachInput(const std::function<void(Random&)>& work) {
    for (current = 0; current < kInputs; ++current) {
        Random random(static_cast<unsigned>(current) + 1);
        try {
            work(random);
        } catch (const std::exception& error) {
            std::printf("# input %d: %s\n", current, error.what());
            throw;
        }
    }
}

OneBitDeltaOptions oneBitOptions(const std::string& target, bool isCompact) {
    OneBitDeltaOptions options;
    options.target = inFolder(target);
    options.isCompact = isCompact;
    return options;
}

/** All numbers of a delta are numbers: what is written must be of use. */
bool isFinite(const DeltaReader& delta) {
    for (const std::string& matrix : delta.matrices()) {
        const auto [inputs, outputs] = delta.shape(matrix);
        std::vector<float> row(static_cast<size_t>(inputs));
        for (int64_t at = 0; at < outputs; at += 17) {
            delta.readRow(matrix, at, row.data());
            for (const float value : row)
                if (!std::isfinite(value)) return false;
        }
    }
    return true;
}

void hostileWeightsMakeSoundDeltas() {
    forEachInput([](Random& random) {
        const int which = below(random, 3);
        writeModel(inFolder("base.gguf"), random, which != 0);
        writeModel(inFolder("fine-tune.gguf"), random, which != 1);
        tried([&] {
            const MappedModel base(inFolder("base.gguf"));
            const MappedModel fineTune(inFolder("fine-tune.gguf"));
            if (below(random, 3) == 0) {
                LowRankDeltaOptions options;
                options.target = inFolder("delta.gguf");
                options.rank = 1 + below(random, 8);
                makeLowRankDelta(base, fineTune, options, [](const Progress&) {});
            } else {
                makeOneBitDelta(base, fineTune, oneBitOptions("delta.gguf", below(random, 2) == 0),
                                [](const Progress&) {});
            }
            CHECK(isFinite(DeltaReader(inFolder("delta.gguf"))));
        });
    });
}

/** Its bits change anywhere behind the first kilobyte: signs, scales, factors and what describes them. */
void hostileDeltasAreReadOrRefused() {
    Random first(1);
    writeModel(inFolder("base.gguf"), first, false);
    writeModel(inFolder("fine-tune.gguf"), first, false);
    const MappedModel base(inFolder("base.gguf"));
    const MappedModel fineTune(inFolder("fine-tune.gguf"));
    std::array<std::vector<char>, 2> seeds;
    for (const bool isCompact : {false, true}) {
        makeOneBitDelta(base, fineTune, oneBitOptions("seed.gguf", isCompact), [](const Progress&) {});
        seeds.at(isCompact ? 1 : 0) = bytesOf(inFolder("seed.gguf"));
    }
    forEachInput([&](Random& random) {
        const bool isCompact = below(random, 2) == 0;
        std::vector<char> bytes = seeds.at(isCompact ? 1 : 0);
        for (int left = 1 + below(random, 64); left > 0; --left)
            bytes.at(1024 + random() % (bytes.size() - 1024)) = static_cast<char>(random());
        writeBytes(inFolder("changed.gguf"), bytes);
        tried([&] { isFinite(DeltaReader(inFolder("changed.gguf"))); });
        tried([&] { convertForm(inFolder("changed.gguf"), inFolder("other.gguf"), !isCompact); });
        tried([&] { checkBase(DeltaReader(inFolder("changed.gguf")), base); });
    });
}

void hostileWeightsAreQuantizedOrRefused() {
    constexpr std::array kTypes{LLAMA_FTYPE_MOSTLY_Q4_0,   LLAMA_FTYPE_MOSTLY_Q4_K_M, LLAMA_FTYPE_MOSTLY_Q8_0,
                                LLAMA_FTYPE_MOSTLY_IQ4_NL, LLAMA_FTYPE_MOSTLY_Q2_K,   LLAMA_FTYPE_MOSTLY_BF16};
    forEachInput([&](Random& random) {
        writeModel(inFolder("source.gguf"), random, true);
        tried([&] {
            QuantizeOptions options;
            options.source = inFolder("source.gguf");
            options.target = inFolder("target.gguf");
            options.fileType = kTypes.at(static_cast<size_t>(below(random, kTypes.size())));
            planQuantize(options.source, options.fileType, false);
            quantize(options, [](const Progress&) {});
        });
    });
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

int main(int count, char** arguments) {
    if (count != 3) return 2;
    folder = arguments[2];
    loadBackends(arguments[1]);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(sayCurrent);
#endif
    for (const int signal : {SIGABRT, SIGFPE}) std::signal(signal, endedBySignal);
    return runTests({TEST(hostileWeightsMakeSoundDeltas), TEST(hostileDeltasAreReadOrRefused),
                     TEST(hostileWeightsAreQuantizedOrRefused)});
}
