#include "core/kernels/SelfTest.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <thread>

#include "core/kernels/SignMatrix.h"
#include "ggml-backend.h"
#include "ggml.h"

namespace facet {

namespace {

/** Not a multiple of any panel; wide enough for several blocks. */
constexpr int64_t kSignRows = 77;
constexpr int64_t kWidth = 512;
constexpr int64_t kRank = 24;
constexpr int64_t kFewColumns = 7;
constexpr uint16_t kHalfScale = 0x2c00;  // 1/16
/** ggml rounds what goes into a Hadamard factor to 8 bits, the fast transform does not. */
constexpr double kTolerance = 0.02;

/** Steele and Vigna's splitmix64: the same numbers everywhere. */
class Numbers {
  public:
    uint64_t next() {
        uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    /** -1 … 1 */
    float value() { return static_cast<float>(static_cast<int64_t>(next())) / 9.3e18f; }

  private:
    uint64_t state_ = 5;
};

std::vector<SignBlock> randomSigns(int64_t rows, Numbers& numbers) {
    std::vector<SignBlock> blocks(static_cast<size_t>(rows * kWidth / kBlockWidth));
    for (SignBlock& block : blocks) {
        block.scale = static_cast<uint16_t>(kHalfScale + numbers.next() % 1024);
        for (uint8_t& signs : block.signs) signs = static_cast<uint8_t>(numbers.next());
    }
    return blocks;
}

std::vector<SignBlock> hadamardFactor(int64_t length) {
    std::vector<SignBlock> blocks(static_cast<size_t>(kWidth * kWidth / kBlockWidth));
    for (int64_t r = 0; r < kWidth; ++r) {
        for (int64_t c = 0; c < kWidth; ++c) {
            if (r / length != c / length) continue;
            SignBlock& block = blocks[static_cast<size_t>((r * kWidth + c) / kBlockWidth)];
            block.scale = kHalfScale;
            const auto column = static_cast<uint64_t>(c);
            const bool isPlus = (std::popcount(static_cast<uint64_t>(r) & column) & 1) == 0;
            block.signs[c % kBlockWidth / 8] |= static_cast<uint8_t>(isPlus << (c % 8));
        }
    }
    return blocks;
}

/** Of a Q1_0 matrix or a LoRA's factor, as its type stores them. */
struct Weights {
    ggml_type type;
    int64_t width;
    int64_t rows;
    std::vector<char> bytes;

    template <typename T>
    Weights(ggml_type type, int64_t width, const std::vector<T>& values)
        : type(type), width(width), bytes(values.size() * sizeof(T)) {
        std::memcpy(bytes.data(), values.data(), bytes.size());
        rows = static_cast<int64_t>(bytes.size() / ggml_row_size(type, width));
    }
};

std::vector<Weights> selfTestWeights(Numbers& numbers) {
    std::vector<float> floats(static_cast<size_t>(kRank * kSignRows));
    for (float& value : floats) value = numbers.value();
    std::vector<ggml_fp16_t> halves(floats.size());
    ggml_fp32_to_fp16_row(floats.data(), halves.data(), static_cast<int64_t>(floats.size()));
    return {{GGML_TYPE_Q1_0, kWidth, randomSigns(kSignRows, numbers)},
            {GGML_TYPE_Q1_0, kWidth, hadamardFactor(kWidth)},
            {GGML_TYPE_Q1_0, kWidth, hadamardFactor(kBlockWidth)},
            {GGML_TYPE_F16, kRank, halves},
            {GGML_TYPE_F32, kRank, floats}};
}

struct ContextFree {
    void operator()(ggml_context* context) const { ggml_free(context); }
};
struct BackendFree {
    void operator()(ggml_backend* backend) const { ggml_backend_free(backend); }
};
struct BufferFree {
    void operator()(ggml_backend_buffer* buffer) const { ggml_backend_buffer_free(buffer); }
};

}  // namespace

SelfTest::Results SelfTest::compute() const {
    constexpr size_t kTensors = 64;
    const ggml_init_params params = {kTensors * ggml_tensor_overhead() + ggml_graph_overhead(), nullptr, true};
    const std::unique_ptr<ggml_context, ContextFree> context(ggml_init(params));
    const std::unique_ptr<ggml_backend, BackendFree> backend(ggml_backend_dev_init(device_, nullptr));
    if (!context || !backend) return {};
    // Two threads, so that they have to meet; more than there are processors would spin.
    const auto setThreads = reinterpret_cast<ggml_backend_set_n_threads_t>(
        ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(device_), "ggml_backend_set_n_threads"));
    if (setThreads == nullptr) return {};
    setThreads(backend.get(), std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 2));

    Numbers numbers;
    const std::vector<Weights> matrices = selfTestWeights(numbers);
    std::vector<ggml_tensor*> weights;
    std::vector<ggml_tensor*> sources;
    std::vector<ggml_tensor*> products;
    ggml_cgraph* graph = ggml_new_graph(context.get());
    for (const Weights& matrix : matrices) {
        weights.push_back(ggml_new_tensor_2d(context.get(), matrix.type, matrix.width, matrix.rows));
        ggml_set_name(weights.back(), "test.lora_b");
        for (const int64_t columns : {int64_t{1}, kFewColumns}) {
            sources.push_back(ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, matrix.width, columns));
            products.push_back(ggml_mul_mat(context.get(), weights.back(), sources.back()));
            ggml_build_forward_expand(graph, products.back());
        }
    }
    const std::unique_ptr<ggml_backend_buffer, BufferFree> buffer(
        ggml_backend_alloc_ctx_tensors(context.get(), backend.get()));
    if (!buffer) return {};
    for (size_t i = 0; i < weights.size(); ++i) {
        ggml_backend_tensor_set(weights[i], matrices[i].bytes.data(), 0, ggml_nbytes(weights[i]));
    }
    for (ggml_tensor* source : sources) {
        std::vector<float> values(static_cast<size_t>(ggml_nelements(source)));
        for (float& value : values) value = numbers.value();
        ggml_backend_tensor_set(source, values.data(), 0, ggml_nbytes(source));
    }
    if (ggml_backend_graph_compute(backend.get(), graph) != GGML_STATUS_SUCCESS) return {};
    Results results;
    for (ggml_tensor* product : products) {
        std::vector<float>& values = results.emplace_back(static_cast<size_t>(ggml_nelements(product)));
        ggml_backend_tensor_get(product, values.data(), 0, ggml_nbytes(product));
    }
    return results;
}

bool SelfTest::isSame(const Results& stock, const Results& ours) const {
    if (stock.size() != kProducts || ours.size() != kProducts) return false;
    for (size_t i = 0; i < stock.size(); ++i) {
        double difference = 0;
        double length = 0;
        for (size_t j = 0; j < stock[i].size(); ++j) {
            difference += std::pow(static_cast<double>(ours[i][j]) - stock[i][j], 2);
            length += std::pow(static_cast<double>(stock[i][j]), 2);
        }
        // Also false for NaN.
        if (!(length > 0 && std::sqrt(difference / length) < kTolerance)) return false;
    }
    return true;
}

}  // namespace facet
