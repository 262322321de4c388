#include "core/kernels/LowRankProduct.h"

#include <algorithm>

namespace facet {

namespace {

/** Rows that meet one column after the other: they stay in the nearest cache. */
constexpr int64_t kChunkRows = 128;

}  // namespace

void multiplyShortRows(const KernelSet& kernels, const ShortRows& rows, const Columns& source, const Columns& target,
                       const Team& team) {
    const int64_t chunks = (rows.count + kChunkRows - 1) / kChunkRows;
    const int64_t end = std::min(rows.count, shareBegin(chunks, team.member + 1, team.members) * kChunkRows);
    for (int64_t r = shareBegin(chunks, team.member, team.members) * kChunkRows; r < end; r += kChunkRows) {
        const int64_t count = std::min(kChunkRows, end - r);
        for (int64_t c = 0; c < source.count(); ++c) {
            const float* column = source.column(c);
            float* result = target.column(c) + r;
            if (rows.areHalves) {
                const auto* halves = static_cast<const uint16_t*>(rows.data) + r * rows.length;
                kernels.multiplyHalfRows(halves, rows.length, count, column, result);
            } else {
                const auto* floats = static_cast<const float*>(rows.data) + r * rows.length;
                kernels.multiplyFloatRows(floats, rows.length, count, column, result);
            }
        }
    }
}

}  // namespace facet
