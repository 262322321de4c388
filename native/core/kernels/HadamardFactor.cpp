#include "core/kernels/HadamardFactor.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace facet {

namespace {

/** Row `index` of the Hadamard matrix of 128, 1 for plus: the sign at column j is the parity of index & j. */
void hadamardRow(int64_t index, uint8_t signs[16]) {
    for (unsigned byte = 0; byte < 16; ++byte) {
        unsigned bits = 0;
        for (unsigned bit = 0; bit < 8; ++bit) {
            const auto column = 8 * byte + bit;
            const unsigned isPlus = (std::popcount(static_cast<unsigned>(index) & column) & 1) == 0;
            bits |= isPlus << bit;
        }
        signs[byte] = static_cast<uint8_t>(bits);
    }
}

bool isZero(uint16_t half) { return (half & 0x7fff) == 0; }

}  // namespace

float halfToFloat(uint16_t half) {
    const int exponent = (half >> 10) & 31;
    const float fraction = static_cast<float>(half & 1023);
    float value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
    if (exponent == 31) value = fraction == 0 ? INFINITY : NAN;
    return (half & 0x8000) != 0 ? -value : value;
}

std::optional<HadamardFactor> recognizeHadamard(const SignMatrix& matrix) {
    if (matrix.rows != matrix.width || matrix.rows < kBlockWidth) return std::nullopt;
    // The first row's blocks that are not zero say how long a diagonal block is.
    const uint16_t scale = matrix.row(0)[0].scale;
    const float value = halfToFloat(scale);
    if (!(value > 0) || !std::isfinite(value)) return std::nullopt;
    int64_t span = 1;
    while (span < matrix.blocks() && !isZero(matrix.row(0)[span].scale)) ++span;
    const int64_t length = span * kBlockWidth;
    if (!std::has_single_bit(static_cast<uint64_t>(span)) || matrix.rows % length != 0) return std::nullopt;

    uint8_t plus[kBlockWidth][16];
    for (int64_t i = 0; i < kBlockWidth; ++i) hadamardRow(i, plus[i]);
    for (int64_t r = 0; r < matrix.rows; ++r) {
        const SignBlock* row = matrix.row(r);
        const int64_t first = r / length * span;
        const auto rowOfBlocks = static_cast<uint64_t>(r % length / kBlockWidth);
        uint8_t minus[16];
        const uint8_t* expected = plus[r % kBlockWidth];
        for (int i = 0; i < 16; ++i) minus[i] = static_cast<uint8_t>(~expected[i]);
        for (int64_t b = 0; b < matrix.blocks(); ++b) {
            if (b < first || b >= first + span) {
                if (!isZero(row[b].scale)) return std::nullopt;
                continue;
            }
            const bool isMinus = (std::popcount(rowOfBlocks & static_cast<uint64_t>(b - first)) & 1) != 0;
            if (row[b].scale != scale || std::memcmp(row[b].signs, isMinus ? minus : expected, 16) != 0) {
                return std::nullopt;
            }
        }
    }
    return HadamardFactor{length, value};
}

}  // namespace facet
