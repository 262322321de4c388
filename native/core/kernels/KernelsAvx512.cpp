// AVX-512 with VNNI: 16 rows at once.
#include "core/kernels/KernelSet.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns of its own intrinsics, which leave the unused operand of a mask undefined on purpose.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cstring>

#include "core/kernels/avx2.h"

#define FACET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")))
// A function of its own would hand its vectors over in memory.
#define FACET_AVX512_INLINE inline __attribute__((always_inline)) FACET_AVX512

namespace facet {

namespace {

constexpr int kPanelRows = 16;
/** Scales are gathered for so many blocks of 16 rows at a time: 2 KB. */
constexpr int64_t kStripBlocks = 64;

/** Four words of 32 signs from each of 16 rows: words[w] holds word w, one row in a lane. */
FACET_AVX512_INLINE void loadSigns(const SignBlock* const* rows, int64_t block, __m512i words[4]) {
    __m512i quarter[4];
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
        // Lane l of 128 bits is row 4l + q.
        __m512i lanes = _mm512_castsi128_si512(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[q][block].signs)));
        lanes =
            _mm512_inserti32x4(lanes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[4 + q][block].signs)), 1);
        lanes =
            _mm512_inserti32x4(lanes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[8 + q][block].signs)), 2);
        quarter[q] =
            _mm512_inserti32x4(lanes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[12 + q][block].signs)), 3);
    }
    const __m512i low01 = _mm512_unpacklo_epi32(quarter[0], quarter[1]);
    const __m512i high01 = _mm512_unpackhi_epi32(quarter[0], quarter[1]);
    const __m512i low23 = _mm512_unpacklo_epi32(quarter[2], quarter[3]);
    const __m512i high23 = _mm512_unpackhi_epi32(quarter[2], quarter[3]);
    words[0] = _mm512_unpacklo_epi64(low01, low23);
    words[1] = _mm512_unpackhi_epi64(low01, low23);
    words[2] = _mm512_unpacklo_epi64(high01, high23);
    words[3] = _mm512_unpackhi_epi64(high01, high23);
}

/** Four activations of a plane for all rows. */
FACET_AVX512_INLINE __m512i fourOf(const ActivationBlock& x, int group, int plane) {
    int32_t four;
    std::memcpy(&four, x.values[group][plane], sizeof four);
    return _mm512_set1_epi32(four);
}

/** planes[p] is 2 where the sign of plane p is plus, else 0. */
FACET_AVX512_INLINE void spreadSigns(__m512i word, __m512i planes[8]) {
    const __m512i two = _mm512_set1_epi8(2);
    planes[0] = _mm512_and_si512(_mm512_add_epi8(word, word), two);
    planes[1] = _mm512_and_si512(word, two);
#pragma GCC unroll 6
    for (int p = 2; p < 8; ++p) {
        planes[p] = _mm512_and_si512(_mm512_srli_epi32(word, static_cast<unsigned>(p - 1)), two);
    }
}

FACET_AVX512_INLINE __m512i multiplyGroup(const __m512i planes[8], const ActivationBlock& x, int group) {
    __m512i products = _mm512_set1_epi32(x.negativeSums[group]);
#pragma GCC unroll 8
    for (int p = 0; p < 8; ++p) products = _mm512_dpbusd_epi32(products, planes[p], fourOf(x, group, p));
    return products;
}

/** The same for signs that meet one column only: half the shifts, since planes 4 to 7 are read as 0 or 32. */
FACET_AVX512_INLINE __m512i multiplyGroupOnce(__m512i word, const ActivationBlock& x, int group) {
    const __m512i two = _mm512_set1_epi8(2);
    const __m512i thirtyTwo = _mm512_set1_epi8(32);
    const __m512i shifted[4] = {_mm512_add_epi8(word, word), word, _mm512_srli_epi32(word, 1),
                                _mm512_srli_epi32(word, 2)};
    __m512i low = _mm512_set1_epi32(x.negativeSums[group]);
    __m512i high = _mm512_setzero_si512();
#pragma GCC unroll 4
    for (int p = 0; p < 4; ++p) {
        low = _mm512_dpbusd_epi32(low, _mm512_and_si512(shifted[p], two), fourOf(x, group, p));
        high = _mm512_dpbusd_epi32(high, _mm512_and_si512(shifted[p], thirtyTwo), fourOf(x, group, p + 4));
    }
    return _mm512_add_epi32(low, _mm512_srai_epi32(high, 4));
}

template <int kColumns>
FACET_AVX512 void multiply(const SignPanel& panel, const ActivationBlock* const* activations, float* const* targets) {
    __m512 sums[kColumns];
    for (int c = 0; c < kColumns; ++c) sums[c] = _mm512_setzero_ps();

    for (int64_t strip = 0; strip < panel.blocks; strip += kStripBlocks) {
        const int64_t end = panel.blocks < strip + kStripBlocks ? panel.blocks : strip + kStripBlocks;
        alignas(64) uint16_t scales[kStripBlocks][kPanelRows];
        for (int r = 0; r < kPanelRows; ++r) {
            for (int64_t b = strip; b < end; ++b) scales[b - strip][r] = panel.rows[r][b].scale;
        }
        for (int64_t b = strip; b < end; ++b) {
            const char* next = panel.next + b * static_cast<int64_t>(kPanelRows * sizeof(SignBlock));
            for (int line = 0; line < 5; ++line) _mm_prefetch(next + 64 * line, _MM_HINT_T0);

            __m512i words[4];
            loadSigns(panel.rows, b, words);
            __m512 partial[kColumns];
#pragma GCC unroll 4
            for (int group = 0; group < 4; ++group) {
                __m512i planes[8];
                if constexpr (kColumns > 1) spreadSigns(words[group], planes);
#pragma GCC unroll 8
                for (int c = 0; c < kColumns; ++c) {
                    const ActivationBlock& x = activations[c][b];
                    __m512i products;
                    if constexpr (kColumns > 1) {
                        products = multiplyGroup(planes, x, group);
                    } else {
                        products = multiplyGroupOnce(words[group], x, group);
                    }
                    const __m512 value = _mm512_cvtepi32_ps(products);
                    const __m512 scale = _mm512_set1_ps(x.scales[group]);
                    partial[c] = group == 0 ? _mm512_mul_ps(value, scale) : _mm512_fmadd_ps(value, scale, partial[c]);
                }
            }
            const __m512 rowScales =
                _mm512_cvtph_ps(_mm256_load_si256(reinterpret_cast<const __m256i*>(scales[b - strip])));
            for (int c = 0; c < kColumns; ++c) sums[c] = _mm512_fmadd_ps(partial[c], rowScales, sums[c]);
        }
    }
    const auto written = static_cast<__mmask16>((1u << panel.rowCount) - 1);
    for (int c = 0; c < kColumns; ++c) _mm512_mask_storeu_ps(targets[c], written, sums[c]);
}

/** Only NaN and infinity are out of bounds; what they become does not matter, but their sum must not overflow. */
FACET_AVX512_INLINE __m512 bounded(__m512 x) {
    return _mm512_max_ps(_mm512_min_ps(x, _mm512_set1_ps(127)), _mm512_set1_ps(-127));
}

FACET_AVX512 void quantize(const float* source, int64_t blocks, ActivationBlock* target) {
    // Of 16 values, those of plane 0, plane 1 …: (0, 8), (1, 9) …
    const __m128i planes = _mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    for (int64_t b = 0; b < blocks; ++b) {
        for (int group = 0; group < 4; ++group) {
            const __m512 low = _mm512_loadu_ps(source + b * kBlockWidth + 32 * group);
            const __m512 high = _mm512_loadu_ps(source + b * kBlockWidth + 32 * group + 16);
            const float largest = _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(low), _mm512_abs_ps(high)));
            const float scale = largest / 127;
            const __m512 inverse = _mm512_set1_ps(inverseScale(scale));
            const __m512i lowInts = _mm512_cvtps_epi32(bounded(_mm512_mul_ps(low, inverse)));
            const __m512i highInts = _mm512_cvtps_epi32(bounded(_mm512_mul_ps(high, inverse)));
            const __m128i lowPairs = _mm_shuffle_epi8(_mm512_cvtsepi32_epi8(lowInts), planes);
            const __m128i highPairs = _mm_shuffle_epi8(_mm512_cvtsepi32_epi8(highInts), planes);
            int8_t* values = target[b].values[group][0];
            _mm_storeu_si128(reinterpret_cast<__m128i*>(values), _mm_unpacklo_epi16(lowPairs, highPairs));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(values + 16), _mm_unpackhi_epi16(lowPairs, highPairs));
            target[b].scales[group] = scale;
            target[b].negativeSums[group] =
                _mm512_reduce_add_epi32(_mm512_sub_epi32(_mm512_setzero_si512(), _mm512_add_epi32(lowInts, highInts)));
        }
    }
}

FACET_AVX512 void hadamard(const float* source, int64_t length, float scale, float* target) {
    // A step of distance d inside a vector: swap neighbours d apart, and add the vector with every second d negated.
    const __m512 signs1 = _mm512_setr_ps(1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1);
    const __m512 signs2 = _mm512_setr_ps(1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1);
    const __m512 signs4 = _mm512_setr_ps(1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1);
    const __m512 signs8 = _mm512_setr_ps(1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m512 scales = _mm512_set1_ps(scale);
    for (int64_t i = 0; i < length; i += 16) {
        __m512 x = _mm512_mul_ps(_mm512_loadu_ps(source + i), scales);
        x = _mm512_fmadd_ps(x, signs1, _mm512_permute_ps(x, 0b10110001));
        x = _mm512_fmadd_ps(x, signs2, _mm512_permute_ps(x, 0b01001110));
        x = _mm512_fmadd_ps(x, signs4, _mm512_shuffle_f32x4(x, x, 0b10110001));
        x = _mm512_fmadd_ps(x, signs8, _mm512_shuffle_f32x4(x, x, 0b01001110));
        _mm512_storeu_ps(target + i, x);
    }
    for (int64_t distance = 16; distance < length; distance *= 2) {
        for (int64_t begin = 0; begin < length; begin += 2 * distance) {
            for (int64_t i = begin; i < begin + distance; i += 16) {
                const __m512 left = _mm512_loadu_ps(target + i);
                const __m512 right = _mm512_loadu_ps(target + i + distance);
                _mm512_storeu_ps(target + i, _mm512_add_ps(left, right));
                _mm512_storeu_ps(target + i + distance, _mm512_sub_ps(left, right));
            }
        }
    }
}

}  // namespace

const KernelSet* avx512Kernels() {
    static const KernelSet kernels = {"AVX-512 VNNI",        kPanelRows,  quantize,
                                      multiply<1>,           multiply<2>, multiply<4>,
                                      multiply<8>,           hadamard,    multiplyHalfRowsAvx2,
                                      multiplyFloatRowsAvx2, nullptr};
    return &kernels;
}

}  // namespace facet

#else
namespace facet {
const KernelSet* avx512Kernels() { return nullptr; }
}  // namespace facet
#endif
