// NEON with the dot product (Armv8.2): 4 rows at once.
#include "core/kernels/KernelSet.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#include <cstring>

#if defined(__clang__)
#define FACET_NEON __attribute__((target("dotprod")))
#else
#define FACET_NEON __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

namespace facet {

namespace {

constexpr int kPanelRows = 4;

/** Four words of 32 signs from each of 4 rows: words[w] holds word w, one row in a lane. */
FACET_NEON inline void loadSigns(const SignBlock* const* rows, int64_t block, uint32x4_t words[4]) {
    uint32x4_t row[4];
    for (int r = 0; r < 4; ++r) row[r] = vreinterpretq_u32_u8(vld1q_u8(rows[r][block].signs));
    const uint32x4_t even01 = vtrn1q_u32(row[0], row[1]);
    const uint32x4_t odd01 = vtrn2q_u32(row[0], row[1]);
    const uint32x4_t even23 = vtrn1q_u32(row[2], row[3]);
    const uint32x4_t odd23 = vtrn2q_u32(row[2], row[3]);
    words[0] = vreinterpretq_u32_u64(vtrn1q_u64(vreinterpretq_u64_u32(even01), vreinterpretq_u64_u32(even23)));
    words[1] = vreinterpretq_u32_u64(vtrn1q_u64(vreinterpretq_u64_u32(odd01), vreinterpretq_u64_u32(odd23)));
    words[2] = vreinterpretq_u32_u64(vtrn2q_u64(vreinterpretq_u64_u32(even01), vreinterpretq_u64_u32(even23)));
    words[3] = vreinterpretq_u32_u64(vtrn2q_u64(vreinterpretq_u64_u32(odd01), vreinterpretq_u64_u32(odd23)));
}

template <int kColumns>
FACET_NEON void multiply(const SignPanel& panel, const ActivationBlock* const* activations, float* const* targets) {
    const uint8x16_t two = vdupq_n_u8(2);
    float32x4_t sums[kColumns];
    for (int c = 0; c < kColumns; ++c) sums[c] = vdupq_n_f32(0);

    for (int64_t b = 0; b < panel.blocks; ++b) {
        uint32x4_t words[4];
        loadSigns(panel.rows, b, words);
        float32x4_t partial[kColumns];
        for (int c = 0; c < kColumns; ++c) partial[c] = vdupq_n_f32(0);
        for (int group = 0; group < 4; ++group) {
            const uint8x16_t word = vreinterpretq_u8_u32(words[group]);
            // Shifts of bytes: what the mask keeps comes from the same byte.
            int8x16_t signs[8];
            signs[0] = vreinterpretq_s8_u8(vandq_u8(vshlq_n_u8(word, 1), two));
            signs[1] = vreinterpretq_s8_u8(vandq_u8(word, two));
            signs[2] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(word, 1), two));
            signs[3] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(word, 2), two));
            signs[4] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(word, 3), two));
            signs[5] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(word, 4), two));
            signs[6] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(word, 5), two));
            signs[7] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(word, 6), two));
#pragma GCC unroll 8
            for (int c = 0; c < kColumns; ++c) {
                const ActivationBlock& x = activations[c][b];
                const int8x16_t low = vld1q_s8(x.values[group][0]);
                const int8x16_t high = vld1q_s8(x.values[group][4]);
                int32x4_t products = vdupq_n_s32(x.negativeSums[group]);
                products = vdotq_laneq_s32(products, signs[0], low, 0);
                products = vdotq_laneq_s32(products, signs[1], low, 1);
                products = vdotq_laneq_s32(products, signs[2], low, 2);
                products = vdotq_laneq_s32(products, signs[3], low, 3);
                products = vdotq_laneq_s32(products, signs[4], high, 0);
                products = vdotq_laneq_s32(products, signs[5], high, 1);
                products = vdotq_laneq_s32(products, signs[6], high, 2);
                products = vdotq_laneq_s32(products, signs[7], high, 3);
                partial[c] = vfmaq_n_f32(partial[c], vcvtq_f32_s32(products), x.scales[group]);
            }
        }
        uint16_t scales[4];
        for (int r = 0; r < 4; ++r) scales[r] = panel.rows[r][b].scale;
        const float32x4_t rowScales = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(scales)));
        for (int c = 0; c < kColumns; ++c) sums[c] = vfmaq_f32(sums[c], partial[c], rowScales);
    }
    for (int c = 0; c < kColumns; ++c) {
        float results[kPanelRows];
        vst1q_f32(results, sums[c]);
        std::memcpy(targets[c], results, static_cast<size_t>(panel.rowCount) * sizeof(float));
    }
}

FACET_NEON void quantize(const float* source, int64_t blocks, ActivationBlock* target) {
    for (int64_t b = 0; b < blocks; ++b) {
        for (int group = 0; group < 4; ++group) {
            const float* from = source + b * kBlockWidth + 32 * group;
            float32x4_t largest = vdupq_n_f32(0);
            for (int i = 0; i < 32; i += 4) largest = vmaxq_f32(largest, vabsq_f32(vld1q_f32(from + i)));
            const float scale = vmaxvq_f32(largest) / 127;
            const float inverse = inverseScale(scale);
            int8x8_t eights[4];
            int32x4_t sum = vdupq_n_s32(0);
            for (int j = 0; j < 4; ++j) {
                const int32x4_t low = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(from + 8 * j), inverse));
                const int32x4_t high = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(from + 8 * j + 4), inverse));
                eights[j] = vqmovn_s16(vcombine_s16(vqmovn_s32(low), vqmovn_s32(high)));
                sum = vaddq_s32(sum, vaddq_s32(low, high));
            }
            // Stores value p of the four eights side by side: plane after plane.
            vst4_s8(target[b].values[group][0], (int8x8x4_t{{eights[0], eights[1], eights[2], eights[3]}}));
            target[b].scales[group] = scale;
            target[b].negativeSums[group] = vaddvq_s32(vnegq_s32(sum));
        }
    }
}

FACET_NEON void hadamard(const float* source, int64_t length, float scale, float* target) {
    // A step of distance d inside a vector: swap neighbours d apart, and add the vector with every second d negated.
    const float alternating[4] = {1, -1, 1, -1};
    const float pairwise[4] = {1, 1, -1, -1};
    const float32x4_t signs1 = vld1q_f32(alternating);
    const float32x4_t signs2 = vld1q_f32(pairwise);
    for (int64_t i = 0; i < length; i += 4) {
        float32x4_t x = vmulq_n_f32(vld1q_f32(source + i), scale);
        x = vfmaq_f32(vrev64q_f32(x), x, signs1);
        x = vfmaq_f32(vextq_f32(x, x, 2), x, signs2);
        vst1q_f32(target + i, x);
    }
    for (int64_t distance = 4; distance < length; distance *= 2) {
        for (int64_t begin = 0; begin < length; begin += 2 * distance) {
            for (int64_t i = begin; i < begin + distance; i += 4) {
                const float32x4_t left = vld1q_f32(target + i);
                const float32x4_t right = vld1q_f32(target + i + distance);
                vst1q_f32(target + i, vaddq_f32(left, right));
                vst1q_f32(target + i + distance, vsubq_f32(left, right));
            }
        }
    }
}

FACET_NEON inline float32x4_t loadFour(const float* values) { return vld1q_f32(values); }
FACET_NEON inline float32x4_t loadFour(const uint16_t* halves) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(halves)));
}

/** Two vectors of each of 4 rows at a time. */
template <typename T>
FACET_NEON void multiplyShortRows(const T* rows, int64_t length, int64_t count, const float* column, float* target) {
    for (int64_t r = 0; r < count; r += kPanelRows) {
        const int64_t used = count - r < kPanelRows ? count - r : kPanelRows;
        float32x4_t sums[kPanelRows];
        for (int j = 0; j < kPanelRows; ++j) sums[j] = vdupq_n_f32(0);
        for (int64_t i = 0; i < length; i += 8) {
            const float32x4_t low = vld1q_f32(column + i);
            const float32x4_t high = vld1q_f32(column + i + 4);
            for (int j = 0; j < kPanelRows; ++j) {
                // Behind the end the last row again.
                const T* row = rows + (r + (j < used ? j : used - 1)) * length;
                sums[j] = vfmaq_f32(vfmaq_f32(sums[j], loadFour(row + i), low), loadFour(row + i + 4), high);
            }
        }
        float results[kPanelRows];
        vst1q_f32(results, vpaddq_f32(vpaddq_f32(sums[0], sums[1]), vpaddq_f32(sums[2], sums[3])));
        std::memcpy(target + r, results, static_cast<size_t>(used) * sizeof(float));
    }
}

}  // namespace

const KernelSet* neonKernels() {
    static const KernelSet kernels = {"NEON dot product",
                                      kPanelRows,
                                      quantize,
                                      multiply<1>,
                                      multiply<2>,
                                      multiply<4>,
                                      multiply<8>,
                                      hadamard,
                                      multiplyShortRows<uint16_t>,
                                      multiplyShortRows<float>,
                                      nullptr};
    return &kernels;
}

}  // namespace facet

#else
namespace facet {
const KernelSet* neonKernels() { return nullptr; }
}  // namespace facet
#endif
