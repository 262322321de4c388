// The 1-bit codec: Walsh–Hadamard rotation, and blocks of 128 signs with one scale (llama.cpp's type Q1_0).
#pragma once

#include <cstdint>

namespace facet {

inline constexpr int64_t kOneBitBlock = 128;

/** As llama.cpp has it in files: a set bit is +scale, a clear one −scale; bit i of the block is bit i%8 of byte i/8. */
struct OneBitBlock {
    /** IEEE half precision. */
    uint16_t scale;
    uint8_t signs[kOneBitBlock / 8];
};
static_assert(sizeof(OneBitBlock) == 18);

/**
 * Replaces each run of `size` values (a power of two) by its product with the Sylvester matrix of ±1; `count` is a
 * multiple of `size`. Not normalised: twice gives `size` times the input.
 */
void hadamardRows(float* values, int64_t count, int64_t size);

/** The same down the columns of a row-major matrix of `size` rows and `width` columns. */
void hadamardColumns(float* values, int64_t size, int64_t width);

/** How well a block or a tensor was hit, in sums of squares of the values that were given. */
struct CodingError {
    double energy = 0;
    double error = 0;
    void add(const CodingError& other) {
        energy += other.energy;
        error += other.error;
    }
};

/**
 * Signs of `values` and the scale that makes Σ w·(value − scale·sign)² least: Σ w·|value| / Σ w. `weights` may be null.
 * Where all weights of the block are zero they count as equal.
 */
CodingError encodeBlock(const float* values, const float* weights, OneBitBlock& block);

/**
 * For values that were rotated along the row: `original` = the block before rotation, whose weights these are, and
 * `factor` the entry of the Hadamard factor that will undo the rotation. The scale is the least-squares one among the
 * originals: Σ w·o·q / Σ w·q², q being the signs rotated back.
 */
CodingError encodeRotatedBlock(const float* rotated, const float* original, const float* weights, float factor,
                               OneBitBlock& block);

void decodeBlock(const OneBitBlock& block, float* values);
/** Adds `factor` times each value of `count` blocks. */
void addBlocks(const OneBitBlock* blocks, int64_t count, float factor, float* sums);

/** Row `row` of the factor: ±entry in its diagonal block of `size`, zero elsewhere. `width` is a multiple of 128. */
void writeHadamardRow(int64_t row, int64_t width, int64_t size, float entry, OneBitBlock* blocks);

}  // namespace facet
