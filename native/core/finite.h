// Figures are refused where they are computed when they are not finite: nothing that receives them could use them.
#pragma once

#include <cmath>
#include <string>

#include "core/Failure.h"

namespace facet {

/** Returns `value`; throws Failure "model-damaged" when it is NaN or infinite. `what` it is begins the sentence. */
inline double finite(double value, const char* what) {
    if (!std::isfinite(value)) {
        throw Failure("model-damaged",
                      std::string(what) + " is not a finite number: the weights are damaged, or far too large");
    }
    return value;
}

}  // namespace facet
