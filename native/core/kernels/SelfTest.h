// Small products of every kind through ggml's CPU back end, as an adapter would ask for them.
#pragma once

#include <vector>

#include "ggml-backend.h"

namespace facet {

class SelfTest {
  public:
    using Results = std::vector<std::vector<float>>;
    /** Products in one run: signs, two Hadamard factors and two of a LoRA, each with one column and with a few. */
    static constexpr unsigned kProducts = 10;

    explicit SelfTest(ggml_backend_dev_t device) : device_(device) {}

    /** Empty when the back end fails. */
    Results compute() const;

    /** As near as two ways of rounding allow. */
    bool isSame(const Results& stock, const Results& ours) const;

  private:
    ggml_backend_dev_t device_;
};

}  // namespace facet
