// What of a fine-tune can travel in an adapter for its base, and what is left out. Reads shapes and small tensors only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/delta/MappedModel.h"

namespace facet {

/** One weight matrix whose change the adapter carries. */
struct DeltaMatrix {
    const MappedTensor* base = nullptr;
    const MappedTensor* fineTune = nullptr;
    /**
     * fine-tune's norm ÷ base's norm, for each input column, where the norm before this matrix changed: a change of the
     * norm is a change of the matrix, W'·(n'⊙x) = (W'·diag(n'/n))·(n⊙x). Empty where it did not.
     */
    std::vector<float> normRatio;

    const std::string& name() const { return base->name; }
    int64_t inputs() const { return base->rowLength(); }
    int64_t outputs() const { return base->rows(); }
};

/** A changed tensor that a llama.cpp adapter has no place for. */
struct LeftOut {
    std::string name;
    /** Sum of squares of its change. */
    double energy = 0;
    /** Its change in relation to itself: ‖fine-tune − base‖ ÷ ‖base‖. */
    double relative = 0;
};

struct DeltaPlan {
    std::vector<DeltaMatrix> matrices;
    /** The token embedding is among these, when it changed. */
    std::vector<LeftOut> leftOut;
    /** Norms whose change went into the next matrices. */
    std::vector<std::string> foldedNorms;
};

/**
 * Throws Failure "pair-architectures-differ" (they differ, or there are expert matrices), "pair-vocabularies-differ" (a
 * grown vocabulary: its tokens do not exist in the base), "pair-shapes-differ", "pair-not-representable" (what must be
 * left out would make the result useless), "model-damaged" (numbers that are not finite), "pair-equal".
 */
DeltaPlan planDelta(const MappedModel& base, const MappedModel& fineTune, int threads);

/** The change of part of one row, the folded norm included. `first` and `count` are multiples of 256, or the row's end.
 */
void readChange(const DeltaMatrix& matrix, int64_t row, int64_t first, int64_t count, float* change, float* scratch);

}  // namespace facet
