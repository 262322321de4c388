// AVX2, one column: 32 rows at once, four signs of each by one look-up. The idea is T-MAC's (Wei et al., 2024): what four
// activations sum up to has only 16 possibilities, which fit a byte shuffle.
#include "core/kernels/KernelSet.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "core/kernels/avx2.h"

namespace facet {

namespace {

constexpr int kPanelRows = 32;
/** Added to each entry of a table of high parts, so that none is negative. */
constexpr int kHighBias = 32;

/** Entry n of a table: the activations whose bit in n is set, summed. Low lane: of their low four bits; high lane: of the rest. */
FACET_AVX2 void tabulate(const ActivationBlock* source, int64_t blocks, ActivationTables* target) {
    const __m256i numbers = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m256i isSet[4];
    for (int bit = 0; bit < 4; ++bit) {
        const __m256i mask = _mm256_set1_epi8(static_cast<char>(1 << bit));
        isSet[bit] = _mm256_cmpeq_epi8(_mm256_and_si256(numbers, mask), mask);
    }
    const __m128i fifteen = _mm_set1_epi8(15);
    const __m256i bias = _mm256_setr_m128i(_mm_setzero_si128(), _mm_set1_epi8(kHighBias));
    for (int64_t b = 0; b < blocks; ++b) {
        const ActivationBlock& from = source[b];
        ActivationTables& to = target[b];
        for (int group = 0; group < 4; ++group) {
            for (int nibble = 0; nibble < 2; ++nibble) {
                // Four planes: those of the low or of the high four signs of a byte.
                const __m128i values =
                    _mm_load_si128(reinterpret_cast<const __m128i*>(from.values[group][4 * nibble]));
                const __m128i low = _mm_and_si128(values, fifteen);
                const __m128i aboveZero = _mm_xor_si128(values, _mm_set1_epi8(-128));
                const __m128i high =
                    _mm_sub_epi8(_mm_and_si128(_mm_srli_epi16(aboveZero, 4), fifteen), _mm_set1_epi8(8));
                const __m256i parts = _mm256_setr_m128i(low, high);
                for (int byte = 0; byte < 4; ++byte) {
                    __m256i sums = bias;
#pragma GCC unroll 4
                    for (int bit = 0; bit < 4; ++bit) {
                        const __m256i part = _mm256_shuffle_epi8(parts, _mm256_set1_epi8(static_cast<char>(4 * bit + byte)));
                        sums = _mm256_add_epi8(sums, _mm256_and_si256(part, isSet[bit]));
                    }
                    _mm256_store_si256(reinterpret_cast<__m256i*>(to.sums[group][byte][nibble][0]), sums);
                }
            }
            to.scales[group] = from.scales[group];
            // Signs are 0 or 1 here, so twice the sum; and eight biases of parts that count 16.
            constexpr uint32_t kBiases = 2 * 8 * 16 * kHighBias;
            to.offsets[group] = static_cast<int16_t>(static_cast<uint32_t>(from.negativeSums[group]) - kBiases);
        }
    }
}

/** A block of 32 rows at equal distances: few addresses, since registers are few. */
struct Panel {
    const char* quads[kPanelRows / 4];
    size_t stride;
    size_t threeStrides;

    FACET_AVX2_INLINE Panel(const char* rows, size_t stride) : stride(stride), threeStrides(3 * stride) {
        for (const char*& quad : quads) {
            quad = rows;
            rows += 4 * stride;
        }
    }
    FACET_AVX2_INLINE const SignBlock& row(int index) const {
        const char* quad = quads[index / 4];
        return *reinterpret_cast<const SignBlock*>(index % 4 == 3 ? quad + threeStrides
                                                                  : quad + static_cast<size_t>(index % 4) * stride);
    }
    FACET_AVX2_INLINE void advance() {
        for (const char*& quad : quads) quad += sizeof(SignBlock);
    }
};

/** bytes[j] holds byte j of 32 rows: rows 0 to 15 in the low lane. */
FACET_AVX2_INLINE void loadBytes(const Panel& panel, __m256i bytes[16]) {
#pragma GCC unroll 16
    for (int r = 0; r < 16; ++r) {
        bytes[r] = _mm256_setr_m128i(_mm_loadu_si128(reinterpret_cast<const __m128i*>(panel.row(r).signs)),
                                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(panel.row(16 + r).signs)));
    }
    // Each round turns the eight bits of (row, byte) by one place; after four, rows and bytes have changed places.
#pragma GCC unroll 4
    for (int round = 0; round < 4; ++round) {
        __m256i turned[16];
#pragma GCC unroll 8
        for (int i = 0; i < 8; ++i) {
            turned[2 * i] = _mm256_unpacklo_epi8(bytes[i], bytes[i + 8]);
            turned[2 * i + 1] = _mm256_unpackhi_epi8(bytes[i], bytes[i + 8]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) bytes[i] = turned[i];
    }
}

/** Of 8 rows. */
FACET_AVX2_INLINE __m256 loadScales(const Panel& panel, int first) {
    __m128i halves = _mm_setzero_si128();
    halves = _mm_insert_epi16(halves, panel.row(first).scale, 0);
    halves = _mm_insert_epi16(halves, panel.row(first + 1).scale, 1);
    halves = _mm_insert_epi16(halves, panel.row(first + 2).scale, 2);
    halves = _mm_insert_epi16(halves, panel.row(first + 3).scale, 3);
    halves = _mm_insert_epi16(halves, panel.row(first + 4).scale, 4);
    halves = _mm_insert_epi16(halves, panel.row(first + 5).scale, 5);
    halves = _mm_insert_epi16(halves, panel.row(first + 6).scale, 6);
    halves = _mm_insert_epi16(halves, panel.row(first + 7).scale, 7);
    return _mm256_cvtph_ps(halves);
}

/** Both parts of 16 activations for 32 rows: no byte overflows. */
struct Parts {
    __m256i low;
    __m256i high;
};

FACET_AVX2_INLINE __m256i lookUp(__m256i indexes, const uint8_t entries[16]) {
    const __m128i table = _mm_load_si128(reinterpret_cast<const __m128i*>(entries));
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), indexes);
}

FACET_AVX2_INLINE Parts lookUpTwoBytes(const __m256i bytes[2], const uint8_t tables[2][2][2][16]) {
    const __m256i fifteen = _mm256_set1_epi8(15);
    Parts sums = {_mm256_setzero_si256(), _mm256_setzero_si256()};
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
        const __m256i indexes[2] = {_mm256_and_si256(bytes[i], fifteen),
                                    _mm256_and_si256(_mm256_srli_epi16(bytes[i], 4), fifteen)};
#pragma GCC unroll 2
        for (int nibble = 0; nibble < 2; ++nibble) {
            sums.low = _mm256_add_epi8(sums.low, lookUp(indexes[nibble], tables[i][nibble][0]));
            sums.high = _mm256_add_epi8(sums.high, lookUp(indexes[nibble], tables[i][nibble][1]));
        }
    }
    return sums;
}

FACET_AVX2_INLINE __m256 floatsOf(__m128i shorts) { return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(shorts)); }

FACET_AVX2 void multiply(const char* rows, size_t stride, int64_t blocks, const ActivationTables* tables, float* target) {
    // Twice what a part is worth.
    const __m256i worth = _mm256_set1_epi16(32 << 8 | 2);
    __m256 sums[4];
    for (__m256& sum : sums) sum = _mm256_setzero_ps();
    Panel panel(rows, stride);
    const char* next = rows + kPanelRows * stride;
    for (int64_t b = 0; b < blocks; ++b, panel.advance(), next += kPanelRows * sizeof(SignBlock)) {
        for (int line = 0; line < 9; ++line) _mm_prefetch(next + 64 * line, _MM_HINT_T0);

        __m256i bytes[16];
        loadBytes(panel, bytes);
        const ActivationTables& x = tables[b];
        __m256 partial[4];
        for (__m256& sum : partial) sum = _mm256_setzero_ps();
#pragma GCC unroll 4
        for (int group = 0; group < 4; ++group) {
            // Of rows 0 to 7 and 16 to 23, and of the others.
            __m256i shorts[2] = {_mm256_set1_epi16(x.offsets[group]), _mm256_set1_epi16(x.offsets[group])};
#pragma GCC unroll 2
            for (int half = 0; half < 2; ++half) {
                const Parts parts = lookUpTwoBytes(bytes + 4 * group + 2 * half, x.sums[group] + 2 * half);
                shorts[0] = _mm256_add_epi16(
                    shorts[0], _mm256_maddubs_epi16(_mm256_unpacklo_epi8(parts.low, parts.high), worth));
                shorts[1] = _mm256_add_epi16(
                    shorts[1], _mm256_maddubs_epi16(_mm256_unpackhi_epi8(parts.low, parts.high), worth));
            }
            const __m256 scale = _mm256_set1_ps(x.scales[group]);
#pragma GCC unroll 2
            for (int i = 0; i < 2; ++i) {
                partial[i] = _mm256_fmadd_ps(floatsOf(_mm256_castsi256_si128(shorts[i])), scale, partial[i]);
                partial[2 + i] =
                    _mm256_fmadd_ps(floatsOf(_mm256_extracti128_si256(shorts[i], 1)), scale, partial[2 + i]);
            }
        }
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) sums[i] = _mm256_fmadd_ps(partial[i], loadScales(panel, 8 * i), sums[i]);
    }
    for (int i = 0; i < 4; ++i) _mm256_storeu_ps(target + 8 * i, sums[i]);
}

}  // namespace

const Lookup* avx2Lookup() {
    static const Lookup lookup = {kPanelRows, tabulate, multiply};
    return &lookup;
}

}  // namespace facet

#endif
