// Recognizes the Hadamard factor of a 1-bit delta by what is in it: multiplying with it is a fast transform.
#pragma once

#include <optional>

#include "core/kernels/SignMatrix.h"

namespace facet {

/** A square matrix that is zero but for equal blocks along the diagonal: scale · H, H of Sylvester's kind. */
struct HadamardFactor {
    /** Rows of a block: a power of two, at least 128. The whole width for a full Hadamard matrix. */
    int64_t length;
    float scale;
};

/** Compares every sign and every scale; a matrix of ordinary signs is recognized in a row or two. */
std::optional<HadamardFactor> recognizeHadamard(const SignMatrix& matrix);

/** IEEE half to single precision. */
float halfToFloat(uint16_t half);

}  // namespace facet
