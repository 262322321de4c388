// AVX2: a matrix of many short rows, such as the wide factor of a LoRA, 8 rows at once.
#include "core/kernels/KernelSet.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "core/kernels/avx2.h"

namespace facet {

namespace {

FACET_AVX2_INLINE __m256 loadEight(const float* values) { return _mm256_loadu_ps(values); }
FACET_AVX2_INLINE __m256 loadEight(const uint16_t* halves) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(halves)));
}

/** Lane i is the sum of sums[i]. */
FACET_AVX2_INLINE __m256 sumEach(const __m256 sums[8]) {
    const __m256 first = _mm256_hadd_ps(_mm256_hadd_ps(sums[0], sums[1]), _mm256_hadd_ps(sums[2], sums[3]));
    const __m256 last = _mm256_hadd_ps(_mm256_hadd_ps(sums[4], sums[5]), _mm256_hadd_ps(sums[6], sums[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(first, last, 0x20), _mm256_permute2f128_ps(first, last, 0x31));
}

template <typename T>
FACET_AVX2 void multiplyRows(const T* rows, int64_t length, int64_t count, const float* column, float* target) {
    constexpr int64_t kRows = 8;
    for (int64_t r = 0; r < count; r += kRows) {
        const int64_t used = std::min(kRows, count - r);
        __m256 sums[kRows];
        for (__m256& sum : sums) sum = _mm256_setzero_ps();
        for (int64_t i = 0; i < length; i += 8) {
            const __m256 x = _mm256_loadu_ps(column + i);
#pragma GCC unroll 8
            for (int64_t j = 0; j < kRows; ++j) {
                // Behind the end the last row again.
                const T* row = rows + (r + std::min(j, used - 1)) * length;
                sums[j] = _mm256_fmadd_ps(loadEight(row + i), x, sums[j]);
            }
        }
        if (used == kRows) {
            _mm256_storeu_ps(target + r, sumEach(sums));
        } else {
            float results[kRows];
            _mm256_storeu_ps(results, sumEach(sums));
            std::memcpy(target + r, results, static_cast<size_t>(used) * sizeof(float));
        }
    }
}

}  // namespace

void multiplyHalfRowsAvx2(const uint16_t* rows, int64_t length, int64_t count, const float* column, float* target) {
    multiplyRows(rows, length, count, column, target);
}
void multiplyFloatRowsAvx2(const float* rows, int64_t length, int64_t count, const float* column, float* target) {
    multiplyRows(rows, length, count, column, target);
}

}  // namespace facet

#endif
