// The inner loops of a 1-bit delta, once for each instruction set; the widest that the processor has is chosen at run
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/kernels/SignMatrix.h"

namespace facet {

/**
 * 128 activations, quantized as ggml's Q8_0 does: 32 share a scale. Their order makes the signs cheap to read: plane p
 * holds the values 8j + p of a group, so that (word of 32 signs >> p) & 0x01010101 is exactly what meets it.
 */
struct alignas(16) ActivationBlock {
    /** [group][plane][j] is value 32 · group + 8j + plane, -127 … 127. */
    int8_t values[4][8][4];
    float scales[4];
    /** Minus the sum of a group's values: signs are read as 0 or 2, and this makes them -1 or 1. */
    int32_t negativeSums[4];
};
static_assert(sizeof(ActivationBlock) == 160);

/** What the signs of a block may sum up to, for look-ups four signs at a time. */
struct alignas(32) ActivationTables {
    /**
     * [group][byte of its signs][low or high four of them]: for each of the 16 values that these have, the sum of the
     * activations whose sign is plus; once of their low four bits and once of the rest.
     */
    uint8_t sums[4][4][2][2][16];
    /** Of the activations, times a power of two of the kernel's own. */
    float scales[4];
    /** With this added, twice a group's sum is the product of its signs, -1 or 1. */
    int16_t offsets[4];
};

/** What activations of this scale are multiplied with; 0 where the inverse would not be finite: all become 0. */
inline float inverseScale(float scale) { return scale < std::numeric_limits<float>::min() ? 0 : 1 / scale; }

/** Rows that are multiplied together. */
struct SignPanel {
    /** `panelRows` of them; behind the matrix's end the last row again. */
    const SignBlock* const* rows;
    int64_t blocks;
    /** How many results of a column are written. */
    int64_t rowCount;
    /** What will be read next. */
    const char* next;
};

/** As many rows as a look-up takes, at equal distances or packed. */
struct LookupRows {
    const char* data;
    size_t strideBytes;
    bool isPacked;
};

/** The most columns that a look-up takes at once. */
constexpr int64_t kLookupTileColumns = 8;

/** Products by tables. */
struct Lookup {
    int64_t panelRows;
    /**
     * Puts `panelRows` rows, one behind the other, into the order that they are read in: block by block, in the same
     * memory, panelRows · sizeof(SignBlock) bytes for each. `scratch` has room for all of them.
     */
    void (*pack)(SignBlock* panel, int64_t blocks, SignBlock* scratch);
    void (*tabulate)(const ActivationBlock* source, int64_t blocks, ActivationTables* target);
    /** target[row] = row · the activations of the tables. */
    void (*multiply)(const LookupRows& rows, int64_t blocks, const ActivationTables* tables, float* target);
    /** The same for up to kLookupTileColumns columns; tables[column] and targets[column] are theirs. `adds` to what is
     * there. */
    void (*multiplyColumns)(const LookupRows& rows, int64_t blocks, int64_t columns,
                            const ActivationTables* const* tables, float* const* targets, bool adds);
};

struct KernelSet {
    /** For the log. */
    const char* name;
    int64_t panelRows;

    void (*quantize)(const float* source, int64_t blocks, ActivationBlock* target);

    /** target[column][row] = panel's row · activations[column], for 1, 2, 4 and 8 columns. */
    using Multiply = void (*)(const SignPanel& panel, const ActivationBlock* const* activations, float* const* targets);
    Multiply multiply1;
    Multiply multiply2;
    Multiply multiply4;
    Multiply multiply8;

    /** target = scale · H · source, H the Sylvester-Hadamard matrix of ±1; length is a power of two, at least 128. */
    void (*hadamard)(const float* source, int64_t length, float scale, float* target);

    /** target[row] = row · column, for `count` dense rows of fp16 or of floats; the length is a multiple of 8. */
    template <typename T>
    using MultiplyShortRows = void (*)(const T* rows, int64_t length, int64_t count, const float* column,
                                       float* target);
    MultiplyShortRows<uint16_t> multiplyHalfRows;
    MultiplyShortRows<float> multiplyFloatRows;

    /** Null where products are as fast. */
    const Lookup* lookup;
};

/** Those that this processor can run, the fastest first. */
std::vector<const KernelSet*> usableKernels();

// Null where the compiler's target has no such instructions. Whether the processor has them is asked elsewhere.
const KernelSet* avx512Kernels();
const KernelSet* avx2Kernels();
const KernelSet* neonKernels();

}  // namespace facet
