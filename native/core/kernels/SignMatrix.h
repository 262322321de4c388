// A matrix of signs in ggml's type Q1_0: rows of blocks, each 128 signs with one fp16 scale.
#pragma once

#include <cstddef>
#include <cstdint>

namespace facet {

constexpr int64_t kBlockWidth = 128;

struct SignBlock {
    /** fp16. */
    uint16_t scale;
    /** Bit i of byte j is the sign of value 8j + i: 1 is plus. */
    uint8_t signs[16];
};
static_assert(sizeof(SignBlock) == 18, "as block_q1_0 of ggml-common.h");

struct SignMatrix {
    const char* data;
    size_t rowStrideBytes;
    /** Values in a row, a multiple of kBlockWidth. */
    int64_t width;
    int64_t rows;
    /** Its whole panels are in the order that look-ups read them in (Lookup); the rows behind them are as ever. */
    bool isPacked = false;

    const SignBlock* row(int64_t index) const {
        return reinterpret_cast<const SignBlock*>(data + static_cast<size_t>(index) * rowStrideBytes);
    }
    int64_t blocks() const { return width / kBlockWidth; }
};

}  // namespace facet
