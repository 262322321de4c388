// AVX2 with FMA: 8 rows at once.
#include "core/kernels/KernelSet.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "core/kernels/avx2.h"

namespace facet {

namespace {

constexpr int kPanelRows = 8;
/** Scales are gathered for so many blocks of 8 rows at a time: 1 KB. */
constexpr int64_t kStripBlocks = 64;

FACET_AVX2_INLINE __m256i twoRows(const SignBlock& low, const SignBlock& high) {
    const __m128i lowSigns = _mm_loadu_si128(reinterpret_cast<const __m128i*>(low.signs));
    const __m128i highSigns = _mm_loadu_si128(reinterpret_cast<const __m128i*>(high.signs));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(lowSigns), highSigns, 1);
}

/** Four words of 32 signs from each of 8 rows: words[w] holds word w, one row in a lane. */
FACET_AVX2_INLINE void loadSigns(const SignBlock* const* rows, int64_t block, __m256i words[4]) {
    __m256i quarter[4];
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) quarter[q] = twoRows(rows[q][block], rows[4 + q][block]);
    const __m256i low01 = _mm256_unpacklo_epi32(quarter[0], quarter[1]);
    const __m256i high01 = _mm256_unpackhi_epi32(quarter[0], quarter[1]);
    const __m256i low23 = _mm256_unpacklo_epi32(quarter[2], quarter[3]);
    const __m256i high23 = _mm256_unpackhi_epi32(quarter[2], quarter[3]);
    words[0] = _mm256_unpacklo_epi64(low01, low23);
    words[1] = _mm256_unpackhi_epi64(low01, low23);
    words[2] = _mm256_unpacklo_epi64(high01, high23);
    words[3] = _mm256_unpackhi_epi64(high01, high23);
}

template <int kColumns>
FACET_AVX2 void multiply(const SignPanel& panel, const ActivationBlock* const* activations, float* const* targets) {
    const __m256i two = _mm256_set1_epi8(2);
    const __m256i ones = _mm256_set1_epi16(1);
    __m256 sums[kColumns];
    for (int c = 0; c < kColumns; ++c) sums[c] = _mm256_setzero_ps();

    for (int64_t strip = 0; strip < panel.blocks; strip += kStripBlocks) {
        const int64_t end = panel.blocks < strip + kStripBlocks ? panel.blocks : strip + kStripBlocks;
        alignas(32) uint16_t scales[kStripBlocks][kPanelRows];
        for (int r = 0; r < kPanelRows; ++r) {
            for (int64_t b = strip; b < end; ++b) scales[b - strip][r] = panel.rows[r][b].scale;
        }
        for (int64_t b = strip; b < end; ++b) {
            const char* next = panel.next + b * static_cast<int64_t>(kPanelRows * sizeof(SignBlock));
            for (int line = 0; line < 3; ++line) _mm_prefetch(next + 64 * line, _MM_HINT_T0);

            __m256i words[4];
            loadSigns(panel.rows, b, words);
            __m256 partial[kColumns];
            for (int c = 0; c < kColumns; ++c) partial[c] = _mm256_setzero_ps();
            for (int group = 0; group < 4; ++group) {
                __m256i signs[8];
                signs[0] = _mm256_and_si256(_mm256_slli_epi32(words[group], 1), two);
                signs[1] = _mm256_and_si256(words[group], two);
#pragma GCC unroll 6
                for (int p = 2; p < 8; ++p) signs[p] = _mm256_and_si256(_mm256_srli_epi32(words[group], p - 1), two);
#pragma GCC unroll 4
                for (int c = 0; c < kColumns; ++c) {
                    const ActivationBlock& x = activations[c][b];
                    // 8 planes of pairs, each at most 2 · 2 · 127: no 16-bit sum overflows.
                    __m256i pairs = _mm256_setzero_si256();
#pragma GCC unroll 8
                    for (int p = 0; p < 8; ++p) {
                        int32_t four;
                        std::memcpy(&four, x.values[group][p], sizeof four);
                        pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(signs[p], _mm256_set1_epi32(four)));
                    }
                    const __m256i products =
                        _mm256_add_epi32(_mm256_madd_epi16(pairs, ones), _mm256_set1_epi32(x.negativeSums[group]));
                    partial[c] =
                        _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), _mm256_set1_ps(x.scales[group]), partial[c]);
                }
            }
            const __m256 rowScales =
                _mm256_cvtph_ps(_mm_load_si128(reinterpret_cast<const __m128i*>(scales[b - strip])));
            for (int c = 0; c < kColumns; ++c) sums[c] = _mm256_fmadd_ps(partial[c], rowScales, sums[c]);
        }
    }
    for (int c = 0; c < kColumns; ++c) {
        if (panel.rowCount == kPanelRows) {
            _mm256_storeu_ps(targets[c], sums[c]);
        } else {
            float results[kPanelRows];
            _mm256_storeu_ps(results, sums[c]);
            std::memcpy(targets[c], results, static_cast<size_t>(panel.rowCount) * sizeof(float));
        }
    }
}

/** Sixteen registers hold four columns; eight are two times four. */
void multiply8(const SignPanel& panel, const ActivationBlock* const* activations, float* const* targets) {
    multiply<4>(panel, activations, targets);
    multiply<4>(panel, activations + 4, targets + 4);
}

FACET_AVX2_INLINE float largestOf(__m256 x) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

FACET_AVX2_INLINE int32_t sumOf(__m256i x) {
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0b01001110));
    return _mm_cvtsi128_si32(_mm_add_epi32(four, _mm_shuffle_epi32(four, 0b10110001)));
}

FACET_AVX2 void quantize(const float* source, int64_t blocks, ActivationBlock* target) {
    // Of 16 values, those of plane 0, plane 1 …: (0, 8), (1, 9) …
    const __m128i planes = _mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    const __m256 withoutSign = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
    for (int64_t b = 0; b < blocks; ++b) {
        for (int group = 0; group < 4; ++group) {
            const float* from = source + b * kBlockWidth + 32 * group;
            __m256 largest = _mm256_setzero_ps();
            for (int i = 0; i < 32; i += 8) {
                largest = _mm256_max_ps(largest, _mm256_and_ps(_mm256_loadu_ps(from + i), withoutSign));
            }
            const float scale = largestOf(largest) / 127;
            const __m256 inverse = _mm256_set1_ps(inverseScale(scale));
            __m256i ints[4];
            for (int i = 0; i < 4; ++i) {
                ints[i] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(from + 8 * i), inverse));
            }
            __m128i pairs[2];
            for (int half = 0; half < 2; ++half) {
                // Packing works inside 128-bit lanes: put the quarters back in order.
                const __m256i shorts =
                    _mm256_permute4x64_epi64(_mm256_packs_epi32(ints[2 * half], ints[2 * half + 1]), 0b11011000);
                const __m128i bytes =
                    _mm_packs_epi16(_mm256_castsi256_si128(shorts), _mm256_extracti128_si256(shorts, 1));
                pairs[half] = _mm_shuffle_epi8(bytes, planes);
            }
            int8_t* values = target[b].values[group][0];
            _mm_storeu_si128(reinterpret_cast<__m128i*>(values), _mm_unpacklo_epi16(pairs[0], pairs[1]));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(values + 16), _mm_unpackhi_epi16(pairs[0], pairs[1]));
            target[b].scales[group] = scale;
            const __m256i sums =
                _mm256_add_epi32(_mm256_add_epi32(ints[0], ints[1]), _mm256_add_epi32(ints[2], ints[3]));
            target[b].negativeSums[group] = sumOf(_mm256_sub_epi32(_mm256_setzero_si256(), sums));
        }
    }
}

FACET_AVX2 void hadamard(const float* source, int64_t length, float scale, float* target) {
    // A step of distance d inside a vector: swap neighbours d apart, and add the vector with every second d negated.
    const __m256 signs1 = _mm256_setr_ps(1, -1, 1, -1, 1, -1, 1, -1);
    const __m256 signs2 = _mm256_setr_ps(1, 1, -1, -1, 1, 1, -1, -1);
    const __m256 signs4 = _mm256_setr_ps(1, 1, 1, 1, -1, -1, -1, -1);
    const __m256 scales = _mm256_set1_ps(scale);
    for (int64_t i = 0; i < length; i += 8) {
        __m256 x = _mm256_mul_ps(_mm256_loadu_ps(source + i), scales);
        x = _mm256_fmadd_ps(x, signs1, _mm256_permute_ps(x, 0b10110001));
        x = _mm256_fmadd_ps(x, signs2, _mm256_permute_ps(x, 0b01001110));
        x = _mm256_fmadd_ps(x, signs4, _mm256_permute2f128_ps(x, x, 1));
        _mm256_storeu_ps(target + i, x);
    }
    for (int64_t distance = 8; distance < length; distance *= 2) {
        for (int64_t begin = 0; begin < length; begin += 2 * distance) {
            for (int64_t i = begin; i < begin + distance; i += 8) {
                const __m256 left = _mm256_loadu_ps(target + i);
                const __m256 right = _mm256_loadu_ps(target + i + distance);
                _mm256_storeu_ps(target + i, _mm256_add_ps(left, right));
                _mm256_storeu_ps(target + i + distance, _mm256_sub_ps(left, right));
            }
        }
    }
}

}  // namespace

const KernelSet* avx2Kernels() {
    static const KernelSet kernels = {"AVX2",      kPanelRows, quantize, multiply<1>,          multiply<2>,
                                      multiply<4>, multiply8,  hadamard, multiplyHalfRowsAvx2, multiplyFloatRowsAvx2,
                                      avx2Lookup()};
    return &kernels;
}

}  // namespace facet

#else
namespace facet {
const KernelSet* avx2Kernels() { return nullptr; }
}  // namespace facet
#endif
