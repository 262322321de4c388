#include "core/delta/LowRankDelta.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

#include "core/Failure.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaWriting.h"
#include "core/instructionSets.h"
#include "core/parallel.h"

namespace facet {

namespace {

/** More directions than asked for, and rounds that sharpen them: the usual choice. */
constexpr int64_t kOversampling = 8;
constexpr int kPowerRounds = 2;
/** A tile of the products: so many rows by so many vectors, in registers. */
constexpr int64_t kTile = 4;
constexpr int64_t kLanes = 16;
/** Columns that one thread takes at once. */
constexpr int64_t kStrip = 4 * kLanes;
/** Products of larger changes overflow 32-bit floats, and factors of half precision cannot hold them anyway. */
constexpr float kLargestChange = 1e15F;

using Vectors = std::vector<std::vector<float>>;

/** sums[r][v] = row r · vector v, for up to four of each. */
FACET_EACH_INSTRUCTION_SET
void dotTile(const float* const* rows, const float* const* vectors, int64_t length, float* sums) {
    float lanes[kTile * kTile][kLanes] = {};
    const int64_t whole = length / kLanes * kLanes;
    for (int64_t i = 0; i < whole; i += kLanes) {
        for (int64_t row = 0; row < kTile; ++row) {
            for (int64_t vector = 0; vector < kTile; ++vector) {
                for (int64_t lane = 0; lane < kLanes; ++lane) {
                    lanes[row * kTile + vector][lane] += rows[row][i + lane] * vectors[vector][i + lane];
                }
            }
        }
    }
    for (int64_t at = 0; at < kTile * kTile; ++at) {
        float sum = 0;
        for (int64_t lane = 0; lane < kLanes; ++lane) sum += lanes[at][lane];
        for (int64_t i = whole; i < length; ++i) sum += rows[at / kTile][i] * vectors[at % kTile][i];
        sums[at] = sum;
    }
}

/** sums[v][0 … width) += Σ over rows of factor[v][row] · matrix[row][0 … width), for four vectors. */
FACET_EACH_INSTRUCTION_SET
void addStrip(const float* matrix, int64_t rows, int64_t columns, int64_t width, const float* const* factors,
              float* const* sums) {
    if (width == kStrip) {
        float lanes[kTile][kStrip] = {};
        for (int64_t row = 0; row < rows; ++row) {
            const float* values = matrix + row * columns;
            for (int64_t vector = 0; vector < kTile; ++vector) {
                const float factor = factors[vector][row];
                for (int64_t i = 0; i < kStrip; ++i) lanes[vector][i] += factor * values[i];
            }
        }
        for (int64_t vector = 0; vector < kTile; ++vector) std::copy_n(lanes[vector], kStrip, sums[vector]);
        return;
    }
    for (int64_t vector = 0; vector < kTile; ++vector) {
        std::fill_n(sums[vector], width, 0.0F);
        for (int64_t row = 0; row < rows; ++row) {
            const float* values = matrix + row * columns;
            for (int64_t i = 0; i < width; ++i) sums[vector][i] += factors[vector][row] * values[i];
        }
    }
}

/** For each vector: matrix · vector. */
Vectors multiply(const std::vector<float>& matrix, int64_t rows, int64_t columns, const Vectors& vectors, int threads) {
    const auto count = static_cast<int64_t>(vectors.size());
    Vectors products(vectors.size(), std::vector<float>(static_cast<size_t>(rows)));
    inParallel((rows + kTile - 1) / kTile, threads, [&](int64_t piece, int) {
        const int64_t first = piece * kTile;
        std::array<const float*, kTile> rowPointers{};
        // Beyond the end the last one is taken again.
        for (int64_t i = 0; i < kTile; ++i)
            rowPointers[static_cast<size_t>(i)] = matrix.data() + std::min(first + i, rows - 1) * columns;
        for (int64_t vector = 0; vector < count; vector += kTile) {
            std::array<const float*, kTile> vectorPointers{};
            for (int64_t i = 0; i < kTile; ++i)
                vectorPointers[static_cast<size_t>(i)] =
                    vectors[static_cast<size_t>(std::min(vector + i, count - 1))].data();
            std::array<float, kTile * kTile> sums{};
            dotTile(rowPointers.data(), vectorPointers.data(), columns, sums.data());
            for (int64_t row = 0; row < std::min(kTile, rows - first); ++row) {
                for (int64_t i = 0; i < std::min(kTile, count - vector); ++i) {
                    products[static_cast<size_t>(vector + i)][static_cast<size_t>(first + row)] =
                        sums[static_cast<size_t>(row * kTile + i)];
                }
            }
        }
    });
    return products;
}

/** For each vector: transposed matrix · vector. */
Vectors multiplyTransposed(const std::vector<float>& matrix, int64_t rows, int64_t columns, const Vectors& vectors,
                           int threads) {
    const auto count = static_cast<int64_t>(vectors.size());
    Vectors products(vectors.size(), std::vector<float>(static_cast<size_t>(columns)));
    inParallel((columns + kStrip - 1) / kStrip, threads, [&](int64_t piece, int) {
        const int64_t first = piece * kStrip;
        const int64_t width = std::min(kStrip, columns - first);
        std::array<float, kStrip> unused{};
        for (int64_t vector = 0; vector < count; vector += kTile) {
            std::array<const float*, kTile> factors{};
            std::array<float*, kTile> sums{};
            for (int64_t i = 0; i < kTile; ++i) {
                factors[static_cast<size_t>(i)] = vectors[static_cast<size_t>(std::min(vector + i, count - 1))].data();
                sums[static_cast<size_t>(i)] =
                    vector + i < count ? products[static_cast<size_t>(vector + i)].data() + first : unused.data();
            }
            addStrip(matrix.data() + first, rows, columns, width, factors.data(), sums.data());
        }
    });
    return products;
}

double product(const std::vector<float>& left, const std::vector<float>& right) {
    double sum = 0;
    for (size_t i = 0; i < left.size(); ++i) sum += static_cast<double>(left[i]) * right[i];
    return sum;
}

/** Gram–Schmidt, twice over, so that rounding leaves nothing. Vectors that depend on those before become zero. */
void orthonormalize(Vectors& vectors) {
    for (size_t i = 0; i < vectors.size(); ++i) {
        const double before = std::sqrt(product(vectors[i], vectors[i]));
        for (int round = 0; round < 2; ++round) {
            for (size_t j = 0; j < i; ++j) {
                const double share = product(vectors[i], vectors[j]);
                for (size_t at = 0; at < vectors[i].size(); ++at)
                    vectors[i][at] -= static_cast<float>(share * vectors[j][at]);
            }
        }
        const double length = std::sqrt(product(vectors[i], vectors[i]));
        const double factor = length > 1e-6 * before && length > 0 ? 1 / length : 0;
        for (float& value : vectors[i]) value = static_cast<float>(value * factor);
    }
}

/** Eigenvectors (columns) and eigenvalues of a symmetric matrix, by Jacobi's rotations. */
void diagonalize(std::vector<double>& matrix, std::vector<double>& vectors, size_t size) {
    vectors.assign(size * size, 0);
    for (size_t i = 0; i < size; ++i) vectors[i * size + i] = 1;
    constexpr int kSweepsMost = 30;
    for (int sweep = 0; sweep < kSweepsMost; ++sweep) {
        double beside = 0;
        double diagonal = 0;
        for (size_t i = 0; i < size; ++i) {
            diagonal += matrix[i * size + i] * matrix[i * size + i];
            for (size_t j = i + 1; j < size; ++j) beside += matrix[i * size + j] * matrix[i * size + j];
        }
        if (beside <= 1e-24 * diagonal) return;
        for (size_t p = 0; p < size; ++p) {
            for (size_t q = p + 1; q < size; ++q) {
                const double off = matrix[p * size + q];
                if (off == 0) continue;
                const double theta = (matrix[q * size + q] - matrix[p * size + p]) / (2 * off);
                const double t = (theta >= 0 ? 1 : -1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1);
                const double s = t * c;
                for (size_t k = 0; k < size; ++k) {
                    const double left = matrix[k * size + p];
                    const double right = matrix[k * size + q];
                    matrix[k * size + p] = c * left - s * right;
                    matrix[k * size + q] = s * left + c * right;
                }
                for (size_t k = 0; k < size; ++k) {
                    const double left = matrix[p * size + k];
                    const double right = matrix[q * size + k];
                    matrix[p * size + k] = c * left - s * right;
                    matrix[q * size + k] = s * left + c * right;
                }
                for (size_t k = 0; k < size; ++k) {
                    const double left = vectors[k * size + p];
                    const double right = vectors[k * size + q];
                    vectors[k * size + p] = c * left - s * right;
                    vectors[k * size + q] = s * left + c * right;
                }
            }
        }
    }
}

/** The factors are written so; what does not fit becomes infinite. */
std::vector<ggml_fp16_t> halves(const std::vector<float>& values) {
    std::vector<ggml_fp16_t> result(values.size());
    ggml_fp32_to_fp16_row(values.data(), result.data(), static_cast<int64_t>(values.size()));
    return result;
}

bool areFinite(const std::vector<ggml_fp16_t>& values) {
    constexpr ggml_fp16_t kInfinity = 0x7c00;
    return std::none_of(values.begin(), values.end(),
                        [](ggml_fp16_t value) { return (value & kInfinity) == kInfinity; });
}

[[noreturn]] void refuseChange(const DeltaMatrix& matrix) {
    throw Failure("model-damaged",
                  matrix.name() + " changes by numbers that are not finite, or far too large for a LoRA");
}

std::vector<float> wholeChange(const DeltaMatrix& matrix, int threads) {
    const int64_t width = matrix.inputs();
    std::vector<float> change(static_cast<size_t>(width * matrix.outputs()));
    inParallel(matrix.outputs(), threads, [&](int64_t row, int) {
        thread_local std::vector<float> scratch;
        scratch.resize(static_cast<size_t>(width));
        readChange(matrix, row, 0, width, change.data() + row * width, scratch.data());
    });
    return change;
}

}  // namespace

LowRankFactors decompose(const std::vector<float>& matrix, int64_t rows, int64_t columns, int64_t rank, int threads) {
    const int64_t smaller = std::min(rows, columns);
    const auto count = static_cast<size_t>(std::min(rank + kOversampling, smaller));
    std::mt19937_64 random(1);
    std::normal_distribution<float> normal;
    Vectors inputs(count, std::vector<float>(static_cast<size_t>(columns)));
    for (std::vector<float>& vector : inputs) {
        for (float& value : vector) value = normal(random);
    }
    Vectors outputs = multiply(matrix, rows, columns, inputs, threads);
    orthonormalize(outputs);
    for (int round = 0; round < kPowerRounds; ++round) {
        inputs = multiplyTransposed(matrix, rows, columns, outputs, threads);
        orthonormalize(inputs);
        outputs = multiply(matrix, rows, columns, inputs, threads);
        orthonormalize(outputs);
    }
    inputs = multiplyTransposed(matrix, rows, columns, outputs, threads);

    // matrix ≈ Σ outputs[i] · inputs[i]ᵀ; the small Gram matrix turns that into singular vectors.
    std::vector<double> gram(count * count);
    for (size_t i = 0; i < count; ++i) {
        for (size_t j = i; j < count; ++j) gram[i * count + j] = gram[j * count + i] = product(inputs[i], inputs[j]);
    }
    std::vector<double> turn;
    diagonalize(gram, turn, count);
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](size_t left, size_t right) { return gram[left * count + left] > gram[right * count + right]; });

    LowRankFactors factors;
    factors.rank = std::min(rank, smaller);
    const auto kept = static_cast<size_t>(factors.rank);
    factors.inputs.resize(kept * static_cast<size_t>(columns));
    factors.outputs.resize(kept * static_cast<size_t>(rows));
    for (size_t i = 0; i < kept; ++i) {
        const size_t from = order[i];
        const double value = std::sqrt(std::max(gram[from * count + from], 0.0));
        factors.singularValues.push_back(value);
        if (value == 0) continue;
        const double half = std::sqrt(value);
        for (size_t j = 0; j < count; ++j) {
            const double share = turn[j * count + from];
            for (size_t column = 0; column < static_cast<size_t>(columns); ++column) {
                factors.inputs[i * static_cast<size_t>(columns) + column] +=
                    static_cast<float>(share / half * inputs[j][column]);
            }
            for (size_t row = 0; row < static_cast<size_t>(rows); ++row) {
                factors.outputs[row * kept + i] += static_cast<float>(share * half * outputs[j][row]);
            }
        }
    }
    return factors;
}

DeltaResult makeLowRankDelta(const MappedModel& base, const MappedModel& fineTune, const LowRankDeltaOptions& options,
                             const ProgressSink& report) {
    report(Progress{});
    const DeltaPlan plan = planDelta(base, fineTune, options.threads);
    std::vector<AdapterTensor> tensors;
    for (const DeltaMatrix& matrix : plan.matrices) {
        const int64_t rank = std::min({options.rank, matrix.inputs(), matrix.outputs()});
        tensors.push_back({matrix.name() + ".lora_a", GGML_TYPE_F16, matrix.inputs(), rank});
        tensors.push_back({matrix.name() + ".lora_b", GGML_TYPE_F16, rank, matrix.outputs()});
    }
    GgufPointer metadata = adapterMetadata(base.architecture(), options.description.name, 0);
    describeDelta(metadata.get(), "lora", options.description, plan, base);
    gguf_set_val_u32(metadata.get(), "facet.delta.rank", static_cast<uint32_t>(options.rank));
    AdapterWriter writer(options.target, std::move(metadata), tensors);

    return writeDelta(writer, options.target, base, plan, report, [&](size_t i) {
        const DeltaMatrix& matrix = plan.matrices[i];
        const std::vector<float> change = wholeChange(matrix, options.threads);
        double energy = 0;
        for (const float value : change) {
            // Also false for NaN.
            if (!(std::fabs(value) <= kLargestChange)) refuseChange(matrix);
            energy += static_cast<double>(value) * value;
        }
        const LowRankFactors factors =
            decompose(change, matrix.outputs(), matrix.inputs(), options.rank, options.threads);
        double kept = 0;
        for (const double value : factors.singularValues) kept += value * value;
        for (const std::vector<float>* factor : {&factors.inputs, &factors.outputs}) {
            const std::vector<ggml_fp16_t> written = halves(*factor);
            if (!areFinite(written)) refuseChange(matrix);
            writer.append(written.data(), written.size() * sizeof(ggml_fp16_t));
            writer.endTensor();
        }
        return CodingError{energy, std::max(energy - kept, 0.0)};
    });
}

}  // namespace facet
