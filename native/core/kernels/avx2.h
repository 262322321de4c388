// What functions with AVX2 instructions are marked with, and those that the kernels for AVX-512 use too.
#pragma once

#include <cstdint>

#define FACET_AVX2 __attribute__((target("avx2,fma,f16c")))
// A function of its own would hand its vectors over in memory.
#define FACET_AVX2_INLINE inline __attribute__((always_inline)) FACET_AVX2

namespace facet {

struct Lookup;

const Lookup* avx2Lookup();

void multiplyHalfRowsAvx2(const uint16_t* rows, int64_t length, int64_t count, const float* column, float* target);
void multiplyFloatRowsAvx2(const float* rows, int64_t length, int64_t count, const float* column, float* target);

}  // namespace facet
