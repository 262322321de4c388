// Tests of the kernels for 1-bit deltas, of one instruction set in each run; scripts/nativeTests.ts runs them.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/kernels/CpuBackend.h"
#include "core/kernels/DeltaProduct.h"
#include "core/kernels/HadamardFactor.h"
#include "core/kernels/KernelSet.h"
#include "core/kernels/LowRankProduct.h"
#include "core/kernels/Meeting.h"
#include "core/kernels/SelfTest.h"
#include "ggml-backend.h"
#include "ggml.h"
#include "test/testing.h"

namespace {

using namespace facet;
using namespace facet::test;

std::mt19937 randomness(7);

int64_t anyOf(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(randomness); }

/** What rows of Q1_0 blocks hold, and where. */
struct Signs {
    int64_t width;
    int64_t rows;
    std::vector<SignBlock> blocks;

    Signs(int64_t width, int64_t rows) : width(width), rows(rows), blocks(static_cast<size_t>(width / 128 * rows)) {}

    SignMatrix matrix() const {
        return {reinterpret_cast<const char*>(blocks.data()), static_cast<size_t>(width / 128) * sizeof(SignBlock),
                width, rows};
    }
    SignBlock& block(int64_t row, int64_t index) { return blocks[static_cast<size_t>(row * (width / 128) + index)]; }
    double value(int64_t row, int64_t column) const {
        const SignBlock& from = blocks[static_cast<size_t>((row * width + column) / 128)];
        const bool isPlus = (from.signs[column % 128 / 8] >> (column % 8) & 1) != 0;
        return isPlus ? halfToFloat(from.scale) : -halfToFloat(from.scale);
    }
    /** All of them, row by row. */
    std::vector<double> values() const {
        std::vector<double> all;
        all.reserve(blocks.size() * 128);
        for (const SignBlock& block : blocks) {
            const double scale = halfToFloat(block.scale);
            for (int64_t i = 0; i < 128; ++i) all.push_back((block.signs[i / 8] >> (i % 8) & 1) != 0 ? scale : -scale);
        }
        return all;
    }
};

/** Scales are wild (every one that fp16 has, zero and subnormal ones too, of either sign) or such as a delta's are. */
Signs randomSigns(int64_t width, int64_t rows, bool hasWildScales = true) {
    Signs signs(width, rows);
    for (SignBlock& block : signs.blocks) {
        block.scale =
            static_cast<uint16_t>(hasWildScales ? anyOf(0, 0x7bff) | anyOf(0, 1) << 15 : anyOf(0x2c00, 0x2fff));
        for (uint8_t& byte : block.signs) byte = static_cast<uint8_t>(anyOf(0, 255));
    }
    return signs;
}

Signs hadamardSigns(int64_t width, int64_t length, uint16_t scale) {
    Signs signs(width, width);
    for (int64_t r = 0; r < width; ++r) {
        for (int64_t c = r / length * length; c < r / length * length + length; ++c) {
            SignBlock& block = signs.block(r, c / 128);
            block.scale = scale;
            const bool isPlus =
                (std::popcount(static_cast<uint64_t>(r % length) & static_cast<uint64_t>(c % length)) & 1) == 0;
            block.signs[c % 128 / 8] |= static_cast<uint8_t>(isPlus << (c % 8));
        }
    }
    return signs;
}

/** Columns with a gap behind each, filled with a value that must stay. */
struct Floats {
    static constexpr int64_t kGap = 5;
    static constexpr float kUntouched = 12345;
    int64_t height;
    std::vector<float> values;

    Floats(int64_t height, int64_t count)
        : height(height), values(static_cast<size_t>((height + kGap) * count), kUntouched) {}

    Columns columns() {
        const auto stride = static_cast<size_t>(height + kGap) * sizeof(float);
        const auto count = static_cast<int64_t>(values.size()) / (height + kGap);
        return {reinterpret_cast<char*>(values.data()), {count, 1, 1}, {stride, stride * values.size(), 0}};
    }
    float& at(int64_t row, int64_t column) { return values[static_cast<size_t>(column * (height + kGap) + row)]; }
    bool hasGapsUntouched() {
        for (int64_t c = 0; c < columns().count(); ++c) {
            for (int64_t i = 0; i < kGap; ++i) {
                if (at(height + i, c) != kUntouched) return false;
            }
        }
        return true;
    }
};

Floats randomFloats(int64_t height, int64_t count) {
    Floats floats(height, count);
    std::student_t_distribution<float> heavyTailed(3);
    for (int64_t c = 0; c < count; ++c) {
        for (int64_t r = 0; r < height; ++r) floats.at(r, c) = heavyTailed(randomness);
    }
    return floats;
}

void withTeam(int members, const auto& work) {
    // Whatever was there before.
    std::vector<uint64_t> place(Meeting::bytes(members) / sizeof(uint64_t));
    for (uint64_t& word : place) word = randomness();
    const uint64_t ticket = newMeetingTicket();
    std::vector<std::jthread> threads;
    for (int member = 0; member < members; ++member) {
        threads.emplace_back([&, member] {
            Meeting meeting(place.data(), member, members, ticket);
            work(Team{member, members, [](void* context) { static_cast<Meeting*>(context)->meet(); }, &meeting});
        });
    }
}

/** Each sees what all others wrote before they met, time after time in the same place. */
void everybodyWaitsForEverybody() {
    for (int round = 0; round < 10; ++round) {
        const int members = static_cast<int>(anyOf(1, 4));
        std::vector<int> written(static_cast<size_t>(members));
        std::atomic<int> wrong = 0;
        withTeam(members, [&](const Team& team) {
            for (int step = 1; step <= 10; ++step) {
                written[static_cast<size_t>(team.member)] = step;
                team.meet(team.context);
                for (const int value : written) wrong += value != step;
                team.meet(team.context);
            }
        });
        CHECK(wrong == 0);
    }
}

double activation(const ActivationBlock& block, int64_t i) {
    return static_cast<double>(block.values[i / 32][i % 8][i % 32 / 8]) * block.scales[i / 32];
}

void productsAreExact(const KernelSet& kernels) {
    double worst = 0;
    for (int round = 0; round < 120; ++round) {
        const int64_t width = 128 * (round < 60 ? anyOf(1, 9) : anyOf(10, 160));
        const int64_t rows = round < 60 ? anyOf(1, 200) : anyOf(1, 40);
        const int64_t columns = round % 3 == 0 ? 1 : anyOf(1, 40);
        Signs signs = randomSigns(width, rows);
        Floats source = randomFloats(width, columns);
        // As large as sums can be: all activations at the end of their range, and rows of plus or of minus only.
        if (round % 12 == 0) {
            for (int64_t i = 0; i < width; ++i) source.at(i, 0) = round % 24 == 0 ? 1.0f : -1.0f;
            for (SignBlock& block : signs.blocks)
                std::memset(block.signs, anyOf(0, 1) == 0 ? 0 : 255, sizeof block.signs);
        }
        Floats target(rows, columns);
        std::vector<ActivationBlock> rounded(static_cast<size_t>(width / 128));
        std::vector<char> workspace(workspaceBytes(kernels, width, columns));
        std::vector<SignBlock> blocks = signs.blocks;
        SignMatrix matrix = signs.matrix();
        matrix.data = reinterpret_cast<const char*>(blocks.data());
        if (kernels.lookup != nullptr && round % 2 == 1) {
            packSigns(*kernels.lookup, blocks.data(), width, rows);
            matrix.isPacked = true;
        }
        withTeam(static_cast<int>(anyOf(1, 4)), [&](const Team& team) {
            multiplySigns(kernels, matrix, source.columns(), target.columns(), workspace.data(), team);
        });
        double error = 0;
        double length = 0;
        const std::vector<double> exactSigns = signs.values();
        std::vector<double> activations(static_cast<size_t>(width));
        for (int64_t c = 0; c < columns; ++c) {
            kernels.quantize(&source.at(0, c), width / 128, rounded.data());
            for (int64_t i = 0; i < width; ++i)
                activations[static_cast<size_t>(i)] = activation(rounded[static_cast<size_t>(i / 128)], i % 128);
            for (int64_t r = 0; r < rows; ++r) {
                const double* row = exactSigns.data() + r * width;
                double expected = 0;
                double energy = 0;
                for (int64_t i = 0; i < width; ++i) {
                    const double term = row[i] * activations[static_cast<size_t>(i)];
                    expected += term;
                    energy += term * term;
                }
                error += std::pow(target.at(r, c) - expected, 2);
                // A single row whose terms happen to cancel is held against what such terms add up to on average.
                length += std::max(expected * expected, energy);
            }
        }
        worst = std::max(worst, std::sqrt(error / length));
        CHECK(target.hasGapsUntouched());
    }
    CHECK(worst < 1e-6);
    std::printf("# %s: signs against an f64 product of the same activations, relative error at most %.1e\n",
                kernels.name, worst);
}

void activationsAreRoundedAsQ8(const KernelSet& kernels) {
    for (int round = 0; round < 100; ++round) {
        Floats source = randomFloats(128, 1);
        const float factor = std::ldexp(1.0f, static_cast<int>(anyOf(-100, 100)));
        for (int64_t i = 0; i < 128; ++i) source.at(i, 0) *= factor;
        if (round == 0) std::fill_n(&source.at(0, 0), 128, 0.0f);
        ActivationBlock block;
        kernels.quantize(&source.at(0, 0), 1, &block);
        for (int64_t group = 0; group < 4; ++group) {
            float largest = 0;
            for (int64_t i = 32 * group; i < 32 * group + 32; ++i)
                largest = std::max(largest, std::abs(source.at(i, 0)));
            CHECK(block.scales[group] == largest / 127);
            int sum = 0;
            for (int64_t i = 32 * group; i < 32 * group + 32; ++i) {
                const int value = block.values[group][i % 8][i % 32 / 8];
                sum += value;
                CHECK(std::abs(value) <= 127);
                // Half a step, and the rounding of the division.
                CHECK(std::abs(activation(block, i) - source.at(i, 0)) <= 0.50001 * block.scales[group]);
            }
            CHECK(block.negativeSums[group] == -sum);
        }
    }
    // What cannot be rounded neither crashes nor spoils its neighbours.
    Floats source = randomFloats(256, 1);
    source.at(3, 0) = std::numeric_limits<float>::quiet_NaN();
    source.at(40, 0) = std::numeric_limits<float>::infinity();
    source.at(70, 0) = std::numeric_limits<float>::denorm_min();
    for (int64_t i = 96; i < 128; ++i) source.at(i, 0) = std::numeric_limits<float>::denorm_min();
    ActivationBlock blocks[2];
    kernels.quantize(&source.at(0, 0), 2, blocks);
    for (int64_t i = 96; i < 128; ++i) CHECK(activation(blocks[0], i) == 0);
    for (int64_t i = 0; i < 128; ++i) {
        CHECK(std::abs(activation(blocks[1], i) - source.at(128 + i, 0)) <= 0.50001 * blocks[1].scales[i / 32]);
    }
}

void transformsAreHadamardProducts(const KernelSet& kernels) {
    for (const auto& [width, length] :
         {std::pair<int64_t, int64_t>{128, 128}, {640, 128}, {512, 512}, {1536, 512}, {2048, 2048}}) {
        const Signs signs = hadamardSigns(width, length, 0x2801);
        const std::optional<HadamardFactor> factor = recognizeHadamard(signs.matrix());
        CHECK(factor.has_value());
        if (!factor) continue;
        CHECK(factor->length == length);
        CHECK(factor->scale == halfToFloat(0x2801));
        Floats source = randomFloats(width, 5);
        Floats target(width, 5);
        withTeam(3, [&](const Team& team) {
            multiplyHadamard(kernels, *factor, width, source.columns(), target.columns(), team);
        });
        double error = 0;
        double total = 0;
        for (int64_t c = 0; c < 5; ++c) {
            for (int64_t r = 0; r < width; r += 7) {
                double expected = 0;
                for (int64_t i = 0; i < width; ++i) expected += signs.value(r, i) * source.at(i, c);
                // The blocks that are zero have all signs minus.
                error += std::pow(target.at(r, c) - expected, 2);
                total += std::pow(expected, 2);
            }
        }
        CHECK(std::sqrt(error / total) < 1e-6);
        CHECK(target.hasGapsUntouched());
    }
}

/** Rows of a LoRA's wide factor, in either type, against an f64 product of the same numbers. */
void shortRowsAreExact(const KernelSet& kernels) {
    for (int round = 0; round < 60; ++round) {
        const int64_t length = kShortRowStep * anyOf(1, round % 2 == 0 ? 3 : kLongestShortRow / kShortRowStep);
        const int64_t count = anyOf(1, 400);
        const int64_t columns = anyOf(1, 6);
        std::vector<uint16_t> halves(static_cast<size_t>(length * count));
        std::vector<float> floats(halves.size());
        for (size_t i = 0; i < halves.size(); ++i) {
            halves[i] = static_cast<uint16_t>(anyOf(0, 0x4bff) | anyOf(0, 1) << 15);
            floats[i] = halfToFloat(halves[i]);
        }
        Floats source = randomFloats(length, columns);
        Floats byHalves(count, columns);
        Floats byFloats(count, columns);
        withTeam(static_cast<int>(anyOf(1, 4)), [&](const Team& team) {
            multiplyShortRows(kernels, {halves.data(), true, length, count}, source.columns(), byHalves.columns(),
                              team);
            multiplyShortRows(kernels, {floats.data(), false, length, count}, source.columns(), byFloats.columns(),
                              team);
        });
        double error = 0;
        double total = 0;
        for (int64_t c = 0; c < columns; ++c) {
            for (int64_t r = 0; r < count; ++r) {
                double expected = 0;
                for (int64_t i = 0; i < length; ++i) {
                    expected += static_cast<double>(floats[static_cast<size_t>(r * length + i)]) * source.at(i, c);
                }
                error += std::pow(byHalves.at(r, c) - expected, 2);
                total += std::pow(expected, 2);
            }
        }
        CHECK(std::sqrt(error / total) < 1e-6);
        CHECK(byHalves.values == byFloats.values);
        CHECK(byHalves.hasGapsUntouched());
    }
}

void onlyHadamardFactorsAreRecognized() {
    for (const auto& [width, length] : {std::pair<int64_t, int64_t>{128, 128}, {1024, 1024}, {1152, 128}, {768, 256}}) {
        const Signs good = hadamardSigns(width, length, 0x2c00);
        CHECK(recognizeHadamard(good.matrix()).has_value());
        for (int round = 0; round < 200; ++round) {
            Signs bad = good;
            const int64_t row = anyOf(0, width - 1);
            const int64_t inside = row / length * (length / 128) + anyOf(0, length / 128 - 1);
            bad.block(row, inside).signs[anyOf(0, 15)] ^= static_cast<uint8_t>(1 << anyOf(0, 7));
            CHECK(!recognizeHadamard(bad.matrix()).has_value());
            bad = good;
            bad.block(row, inside).scale ^= static_cast<uint16_t>(1 << anyOf(0, 15));
            CHECK(!recognizeHadamard(bad.matrix()).has_value());
            if (length < width) {
                bad = good;
                bad.block(row, (inside + length / 128) % (width / 128)).scale = static_cast<uint16_t>(anyOf(1, 0x7fff));
                CHECK(!recognizeHadamard(bad.matrix()).has_value());
            }
        }
        for (const uint16_t scale : {0x0000, 0x8000, 0xac00, 0x7c00, 0x7e00}) {
            CHECK(!recognizeHadamard(hadamardSigns(width, length, scale).matrix()).has_value());
        }
        SignMatrix notSquare = good.matrix();
        --notSquare.rows;
        CHECK(!recognizeHadamard(notSquare).has_value());
        CHECK(!recognizeHadamard(randomSigns(width, width).matrix()).has_value());
    }
    // Blocks of 384 along the diagonal: no power of two.
    Signs odd = hadamardSigns(768, 128, 0x2c00);
    for (SignBlock& block : odd.blocks) block.scale = 0x2c00;
    CHECK(!recognizeHadamard(odd.matrix()).has_value());
    Signs zero(256, 256);
    CHECK(!recognizeHadamard(zero.matrix()).has_value());
}

// ThreadSanitizer does not see how ggml's own threads wait for each other, and would call all that they share a race.
#if !defined(__SANITIZE_THREAD__)

/** The kernels that ggml's back end uses in this process. */
const KernelSet* joined = nullptr;

struct Graph {
    std::unique_ptr<ggml_context, void (*)(ggml_context*)> context{ggml_init({1 << 20, nullptr, true}), ggml_free};
    std::unique_ptr<ggml_backend, void (*)(ggml_backend*)> backend{
        ggml_backend_dev_init(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU), nullptr), ggml_backend_free};
    std::unique_ptr<ggml_backend_buffer, void (*)(ggml_backend_buffer*)> buffer{nullptr, ggml_backend_buffer_free};

    /** Two threads, so that they have to meet; more than there are processors would spin. */
    Graph() {
        const auto setThreads = reinterpret_cast<ggml_backend_set_n_threads_t>(ggml_backend_reg_get_proc_address(
            ggml_backend_dev_backend_reg(ggml_backend_get_device(backend.get())), "ggml_backend_set_n_threads"));
        setThreads(backend.get(), 2);
    }

    std::vector<float> compute(ggml_tensor* result, const std::vector<std::pair<ggml_tensor*, const void*>>& contents) {
        buffer.reset(ggml_backend_alloc_ctx_tensors(context.get(), backend.get()));
        for (const auto& [tensor, bytes] : contents) ggml_backend_tensor_set(tensor, bytes, 0, ggml_nbytes(tensor));
        return computeAgain(result);
    }

    std::vector<float> computeAgain(ggml_tensor* result) {
        ggml_cgraph* graph = ggml_new_graph(context.get());
        ggml_build_forward_expand(graph, result);
        CHECK(ggml_backend_graph_compute(backend.get(), graph) == GGML_STATUS_SUCCESS);
        std::vector<float> values(static_cast<size_t>(ggml_nelements(result)));
        ggml_backend_tensor_get(result, values.data(), 0, ggml_nbytes(result));
        return values;
    }
};

struct Case {
    Signs signs;
    int64_t columns;
    std::vector<float> source;
};

Case randomCase(Signs signs) {
    const int64_t columns = anyOf(1, 12);
    Floats floats = randomFloats(signs.width, columns);
    std::vector<float> source;
    for (int64_t c = 0; c < columns; ++c) source.insert(source.end(), &floats.at(0, c), &floats.at(0, c) + signs.width);
    return {std::move(signs), columns, std::move(source)};
}

std::vector<float> productByGgml(const Case& one) {
    Graph graph;
    ggml_tensor* weight = ggml_new_tensor_2d(graph.context.get(), GGML_TYPE_Q1_0, one.signs.width, one.signs.rows);
    ggml_tensor* source = ggml_new_tensor_2d(graph.context.get(), GGML_TYPE_F32, one.signs.width, one.columns);
    return graph.compute(ggml_mul_mat(graph.context.get(), weight, source),
                         {{weight, one.signs.blocks.data()}, {source, one.source.data()}});
}

double squaredError(const Case& one, const std::vector<float>& product) {
    double error = 0;
    const std::vector<double> signs = one.signs.values();
    for (int64_t c = 0; c < one.columns; ++c) {
        const float* source = one.source.data() + c * one.signs.width;
        for (int64_t r = 0; r < one.signs.rows; ++r) {
            const double* row = signs.data() + r * one.signs.width;
            double exact = 0;
            for (int64_t i = 0; i < one.signs.width; ++i) exact += row[i] * source[i];
            error += std::pow(product[static_cast<size_t>(c * one.signs.rows + r)] - exact, 2);
        }
    }
    return error;
}

/** A weight used as it is not in an adapter: computed by whoever, but rightly. */
void unusualProductsAreRight() {
    Graph graph;
    ggml_context* context = graph.context.get();
    const Signs signs = randomSigns(256, 30);
    ggml_tensor* weight = ggml_new_tensor_2d(context, GGML_TYPE_Q1_0, 256, 30);
    ggml_tensor* source = ggml_new_tensor_4d(context, GGML_TYPE_F32, 256, 3, 2, 2);
    ggml_tensor* someRows = ggml_view_2d(context, weight, 256, 10, weight->nb[1], 5 * weight->nb[1]);
    ggml_tensor* turned = ggml_permute(context, source, 0, 2, 1, 3);
    ggml_tensor* product = ggml_mul_mat(context, weight, turned);
    ggml_tensor* result = ggml_concat(context, ggml_cont(context, product), ggml_mul_mat(context, someRows, turned), 0);
    Floats floats = randomFloats(256 * 12, 1);
    const std::vector<float> values =
        graph.compute(result, {{weight, signs.blocks.data()}, {source, floats.values.data()}});
    double error = 0;
    double length = 0;
    for (int64_t column = 0; column < 12; ++column) {
        // The result's order of columns: second and first counter changed places.
        const int64_t from = column / 6 * 6 + column % 2 * 3 + column % 6 / 2;
        for (int64_t r = 0; r < 40; ++r) {
            double expected = 0;
            for (int64_t i = 0; i < 256; ++i)
                expected += signs.value(r < 30 ? r : r - 25, i) * floats.at(from * 256 + i, 0);
            error += std::pow(values[static_cast<size_t>(column * 40 + r)] - expected, 2);
            length += expected * expected;
        }
    }
    CHECK(std::sqrt(error / length) < 0.02);
}

/** The same numbers as a weight of this name, in F16. */
std::vector<float> shortRowsByGgml(const char* name, const std::vector<uint16_t>& halves,
                                   const std::vector<float>& source) {
    Graph graph;
    ggml_tensor* weight =
        ggml_new_tensor_2d(graph.context.get(), GGML_TYPE_F16, 16, static_cast<int64_t>(halves.size()) / 16);
    ggml_tensor* column =
        ggml_new_tensor_2d(graph.context.get(), GGML_TYPE_F32, 16, static_cast<int64_t>(source.size()) / 16);
    ggml_set_name(weight, name);
    return graph.compute(ggml_mul_mat(graph.context.get(), weight, column),
                         {{weight, halves.data()}, {column, source.data()}});
}

void theBackendUsesThem() {
    std::vector<uint16_t> halves(16 * 300);
    for (uint16_t& half : halves) half = static_cast<uint16_t>(anyOf(0x2c00, 0x2fff) | anyOf(0, 1) << 15);
    Floats threeColumns = randomFloats(48, 1);
    const std::vector<float> columns(&threeColumns.at(0, 0), &threeColumns.at(0, 0) + 48);
    const std::vector<float> stockRows = shortRowsByGgml("blk.0.attn_q.weight.lora_b", halves, columns);

    std::vector<Case> cases;
    for (int round = 0; round < 60; ++round) {
        cases.push_back(randomCase(randomSigns(128 * anyOf(1, 20), anyOf(1, 90), false)));
    }
    for (const int64_t length : {128, 512, 1024}) cases.push_back(randomCase(hadamardSigns(1024, length, 0x2801)));
    std::vector<std::vector<float>> stock;
    for (const Case& one : cases) stock.push_back(productByGgml(one));

    const KernelState& state = joinCpuBackend({joined});
    std::printf("# joined: %s%s\n", state.instructionSet.c_str(), state.cause.c_str());
    CHECK(state.isActive && state.instructionSet == joined->name);
    CHECK(&joinCpuBackend(usableKernels()) == &state);
    if (!state.isActive) return;

    // Only an adapter's: a model's own weights are multiplied as before, to the last bit.
    CHECK(shortRowsByGgml("blk.0.attn_q.weight", halves, columns) == stockRows);
    const std::vector<float> ourRows = shortRowsByGgml("blk.0.attn_q.weight.lora_b", halves, columns);
    CHECK(ourRows != stockRows);
    for (size_t i = 0; i < ourRows.size(); ++i) CHECK(std::abs(ourRows[i] - stockRows[i]) < 0.01);

    double stockError = 0;
    double ourError = 0;
    for (size_t i = 0; i < cases.size(); ++i) {
        const std::vector<float> ours = productByGgml(cases[i]);
        CHECK(ours != stock[i]);
        const double before = squaredError(cases[i], stock[i]);
        const double after = squaredError(cases[i], ours);
        // Hadamard factors are no longer rounded at all.
        if (i >= 60) CHECK(after < before / 1000);
        stockError += i < 60 ? before : 0;
        ourError += i < 60 ? after : 0;
    }
    std::printf("# error against the exact product of signs, as a share of ggml's own: %.4f\n",
                std::sqrt(ourError / stockError));
    // Both round the activations alike; ggml's scales are also rounded, to fp16, which may help or harm a little.
    CHECK(ourError <= stockError * 1.001);
    unusualProductsAreRight();
}

/** A model's own weights stay as they are; the products are the same to the last bit. */
void onlySecondFactorsArePacked() {
    const bool canPack = joined->lookup != nullptr;
    for (int round = 0; round < 40; ++round) {
        const Case one = randomCase(randomSigns(128 * anyOf(1, 40), anyOf(1, 150), false));
        std::vector<float> expected;
        for (const char* name : {"output.weight", "blk.0.attn_q.weight.lora_b"}) {
            Graph graph;
            ggml_tensor* weight =
                ggml_new_tensor_2d(graph.context.get(), GGML_TYPE_Q1_0, one.signs.width, one.signs.rows);
            ggml_tensor* source = ggml_new_tensor_2d(graph.context.get(), GGML_TYPE_F32, one.signs.width, one.columns);
            ggml_set_name(weight, name);
            ggml_tensor* product = ggml_mul_mat(graph.context.get(), weight, source);
            const std::vector<float> first =
                graph.compute(product, {{weight, one.signs.blocks.data()}, {source, one.source.data()}});
            CHECK(graph.computeAgain(product) == first);
            if (expected.empty()) expected = first;
            CHECK(first == expected);
            std::vector<SignBlock> after(one.signs.blocks.size());
            ggml_backend_tensor_get(weight, after.data(), 0, ggml_nbytes(weight));
            const bool isSame = std::memcmp(after.data(), one.signs.blocks.data(), ggml_nbytes(weight)) == 0;
            const bool isPacked = canPack && std::strstr(name, ".lora_b") != nullptr && one.signs.rows >= 32;
            CHECK(isSame == !isPacked);
        }
    }
}

/** A tensor is looked at when it is first used: one with other contents at the same address is another tensor. */
void aFactorIsNotTakenForTheOneBeforeIt() {
    for (int round = 0; round < 20; ++round) {
        Signs signs = hadamardSigns(256, 256, 0x2c00);
        if (round % 2 == 1) signs.block(anyOf(0, 255), 1).signs[3] ^= 1;
        const Case one = randomCase(std::move(signs));
        double length = 0;
        for (const float value : one.source) length += static_cast<double>(value) * value;
        CHECK(squaredError(one, productByGgml(one)) < 0.001 * length);
    }
}

#endif

/** The tests of one instruction set's own code, with each of the ways that it multiplies signs. */
std::vector<Test> testsOf(const KernelSet& kernels) {
    std::vector<Test> tests{
        {"activationsAreRoundedAsQ8", [&] { activationsAreRoundedAsQ8(kernels); }},
        {"productsAreExact", [&] { productsAreExact(kernels); }},
        {"transformsAreHadamardProducts", [&] { transformsAreHadamardProducts(kernels); }},
        {"shortRowsAreExact", [&] { shortRowsAreExact(kernels); }},
    };
    if (kernels.lookup != nullptr) {
        // Rows that fill no panel are multiplied without look-ups: here all are.
        tests.push_back({"productsWithoutLookupsAreExact", [&] {
                             KernelSet plain = kernels;
                             plain.lookup = nullptr;
                             productsAreExact(plain);
                         }});
    }
    return tests;
}

}  // namespace

/**
 * kernelTests --list: the instruction sets that this processor has, one on each line. kernelTests LIBRARY FOLDER SET:
 * the tests of one of them, joined to the back end that LIBRARY is; or, where that is a folder, to the best one in it.
 */
int main(int count, char** arguments) {
    const std::vector<const KernelSet*> usable = usableKernels();
    if (count == 2 && std::string_view(arguments[1]) == "--list") {
        for (const KernelSet* kernels : usable) std::printf("%s\n", kernels->name);
        return 0;
    }
    if (count != 4) return 2;
    const auto found = std::ranges::find_if(
        usable, [&](const KernelSet* kernels) { return std::string_view(kernels->name) == arguments[3]; });
    if (found == usable.end()) return 2;
    std::vector<Test> tests = testsOf(**found);
    tests.push_back(TEST(onlyHadamardFactorsAreRecognized));
    tests.push_back(TEST(everybodyWaitsForEverybody));
#if !defined(__SANITIZE_THREAD__)
    joined = *found;
    if (std::filesystem::is_directory(arguments[1])) {
        ggml_backend_load_all_from_path(arguments[1]);
    } else if (ggml_backend_load(arguments[1]) == nullptr) {
        return 2;
    }
    for (const Test& test :
         {TEST(theBackendUsesThem), TEST(onlySecondFactorsArePacked), TEST(aFactorIsNotTakenForTheOneBeforeIt)}) {
        tests.push_back(test);
    }
#endif
    return runTests(tests);
}
