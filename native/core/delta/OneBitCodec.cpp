#include "core/delta/OneBitCodec.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/instructionSets.h"
#include "ggml.h"

namespace facet {

namespace {

/** Sums are kept in so many lanes, which compilers make vectors of, and added up in one order. */
constexpr int64_t kLanes = 16;
constexpr int64_t kBlock = kOneBitBlock;

float total(const std::array<float, kLanes>& lanes) {
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
}

struct BlockSums {
    float weightedMagnitude;
    float weight;
    float magnitude;
    float energy;
};

FACET_EACH_INSTRUCTION_SET
void sumBlock(const float* values, float* magnitudes, float* energies) {
    for (int64_t i = 0; i < kBlock; i += kLanes) {
        for (int64_t lane = 0; lane < kLanes; ++lane) {
            magnitudes[lane] += std::fabs(values[i + lane]);
            energies[lane] += values[i + lane] * values[i + lane];
        }
    }
}

FACET_EACH_INSTRUCTION_SET
void packSigns(const float* values, uint8_t* signs) {
    for (int64_t byte = 0; byte < kBlock / 8; ++byte) {
        uint32_t bits = 0;
        for (int64_t bit = 0; bit < 8; ++bit) {
            uint32_t word;
            std::memcpy(&word, &values[byte * 8 + bit], sizeof word);
            bits |= (~word >> 31) << bit;
        }
        signs[byte] = static_cast<uint8_t>(bits);
    }
}

BlockSums sums(const float* values, const float* weights) {
    std::array<float, kLanes> magnitudes{};
    std::array<float, kLanes> energies{};
    sumBlock(values, magnitudes.data(), energies.data());
    BlockSums result{0, 0, total(magnitudes), total(energies)};
    if (weights == nullptr) return result;
    for (int64_t i = 0; i < kBlock; ++i) {
        result.weightedMagnitude += weights[i] * std::fabs(values[i]);
        result.weight += weights[i];
    }
    return result;
}

/** Σ(value − scale·sign)², by the scale as it is stored. */
CodingError errorOf(const BlockSums& sums, float scale) {
    const double stored = scale;
    const double error = sums.energy - 2 * stored * sums.magnitude + static_cast<double>(kBlock) * stored * stored;
    return {sums.energy, std::max(error, 0.0)};
}

void store(float scale, OneBitBlock& block) { block.scale = ggml_fp32_to_fp16(scale); }

FACET_EACH_INSTRUCTION_SET
void butterflies(float* left, float* right, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const float a = left[i];
        const float b = right[i];
        left[i] = a + b;
        right[i] = a - b;
    }
}

/** Sixteen values in one go; both g++ and clang know it, and split it where registers are narrower. */
using Sixteen = float __attribute__((vector_size(64)));

/** The first four steps, within each run of 16: each value is added to, or taken from, its partner. */
FACET_EACH_INSTRUCTION_SET
void hadamardSixteens(float* values, int64_t count) {
    constexpr Sixteen kSign1{1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
    constexpr Sixteen kSign2{1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1};
    constexpr Sixteen kSign4{1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1};
    constexpr Sixteen kSign8{1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1};
    for (int64_t start = 0; start < count; start += 16) {
        Sixteen run;
        std::memcpy(&run, values + start, sizeof run);
        run = run * kSign1 + __builtin_shufflevector(run, run, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
        run = run * kSign2 + __builtin_shufflevector(run, run, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
        run = run * kSign4 + __builtin_shufflevector(run, run, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
        run = run * kSign8 + __builtin_shufflevector(run, run, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        std::memcpy(values + start, &run, sizeof run);
    }
}

FACET_EACH_INSTRUCTION_SET
void addSigned(const uint8_t* signs, float scale, float* sums) {
    for (int64_t byte = 0; byte < kBlock / 8; ++byte) {
        const uint32_t bits = signs[byte];
        for (int64_t bit = 0; bit < 8; ++bit) sums[byte * 8 + bit] += (bits >> bit & 1) != 0 ? scale : -scale;
    }
}

}  // namespace

void hadamardRows(float* values, int64_t count, int64_t size) {
    int64_t half = 1;
    if (size >= 16) {
        hadamardSixteens(values, count);
        half = 16;
    }
    for (; half < size; half *= 2) {
        for (int64_t start = 0; start < count; start += 2 * half)
            butterflies(values + start, values + start + half, half);
    }
}

void hadamardColumns(float* values, int64_t size, int64_t width) {
    for (int64_t half = 1; half < size; half *= 2) {
        for (int64_t start = 0; start < size; start += 2 * half) {
            butterflies(values + start * width, values + (start + half) * width, half * width);
        }
    }
}

CodingError encodeBlock(const float* values, const float* weights, OneBitBlock& block) {
    const BlockSums found = sums(values, weights);
    const float mean = found.magnitude / static_cast<float>(kBlock);
    store(found.weight > 0 ? found.weightedMagnitude / found.weight : mean, block);
    packSigns(values, block.signs);
    return errorOf(found, ggml_fp16_to_fp32(block.scale));
}

CodingError encodeRotatedBlock(const float* rotated, const float* original, const float* weights, float factor,
                               OneBitBlock& block) {
    if (weights == nullptr) return encodeBlock(rotated, nullptr, block);
    packSigns(rotated, block.signs);
    std::array<float, kBlock> back{};
    for (int64_t i = 0; i < kBlock; ++i) back[static_cast<size_t>(i)] = std::signbit(rotated[i]) ? -factor : factor;
    hadamardRows(back.data(), kBlock, kBlock);
    float top = 0;
    float bottom = 0;
    for (int64_t i = 0; i < kBlock; ++i) {
        const float q = back[static_cast<size_t>(i)];
        top += weights[i] * original[i] * q;
        bottom += weights[i] * q * q;
    }
    const BlockSums found = sums(rotated, nullptr);
    store(bottom > 0 ? top / bottom : found.magnitude / static_cast<float>(kBlock), block);
    return errorOf(found, ggml_fp16_to_fp32(block.scale));
}

void decodeBlock(const OneBitBlock& block, float* values) {
    const float scale = ggml_fp16_to_fp32(block.scale);
    for (int64_t i = 0; i < kBlock; ++i) values[i] = (block.signs[i / 8] >> (i % 8) & 1) != 0 ? scale : -scale;
}

void addBlocks(const OneBitBlock* blocks, int64_t count, float factor, float* sums) {
    for (int64_t i = 0; i < count; ++i)
        addSigned(blocks[i].signs, factor * ggml_fp16_to_fp32(blocks[i].scale), sums + i * kBlock);
}

void writeHadamardRow(int64_t row, int64_t width, int64_t size, float entry, OneBitBlock* blocks) {
    const int64_t start = row / size * size;
    for (int64_t first = 0; first < width; first += kBlock) {
        OneBitBlock& block = blocks[first / kBlock];
        std::memset(&block, 0, sizeof block);
        if (first < start || first >= start + size) continue;
        store(entry, block);
        for (int64_t i = 0; i < kBlock; ++i) {
            const bool isNegative = std::popcount(static_cast<uint64_t>((row - start) & (first - start + i))) % 2 != 0;
            if (!isNegative) block.signs[i / 8] = static_cast<uint8_t>(block.signs[i / 8] | 1U << (i % 8));
        }
    }
}

}  // namespace facet
