// AVX2: 32 rows at once, four signs of each by one look-up. The idea is T-MAC's (Wei et al., 2024): what four
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
/** A product as an integer is turned into a float as the upper half of 32 bits. */
constexpr float kProductUnit = 1.0F / 65536;

/** Entry n of a table: the activations whose bit in n is set, summed. Low lane: of their low four bits; high lane: of
 * the rest. */
FACET_AVX2 void tabulate(const ActivationBlock* source, int64_t blocks, ActivationTables* target) {
    const __m256i numbers =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
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
                const __m128i values = _mm_load_si128(reinterpret_cast<const __m128i*>(from.values[group][4 * nibble]));
                const __m128i low = _mm_and_si128(values, fifteen);
                const __m128i aboveZero = _mm_xor_si128(values, _mm_set1_epi8(-128));
                const __m128i high =
                    _mm_sub_epi8(_mm_and_si128(_mm_srli_epi16(aboveZero, 4), fifteen), _mm_set1_epi8(8));
                const __m256i parts = _mm256_setr_m128i(low, high);
                for (int byte = 0; byte < 4; ++byte) {
                    __m256i sums = bias;
#pragma GCC unroll 4
                    for (int bit = 0; bit < 4; ++bit) {
                        const __m256i part =
                            _mm256_shuffle_epi8(parts, _mm256_set1_epi8(static_cast<char>(4 * bit + byte)));
                        sums = _mm256_add_epi8(sums, _mm256_and_si256(part, isSet[bit]));
                    }
                    _mm256_store_si256(reinterpret_cast<__m256i*>(to.sums[group][byte][nibble][0]), sums);
                }
            }
            // What the products are turned into floats as (RowSums) is taken back here.
            to.scales[group] = from.scales[group] * kProductUnit;
            // Signs are 0 or 1 here, so twice the sum; and eight biases of parts that count 16.
            constexpr uint32_t kBiases = 2 * 8 * 16 * kHighBias;
            to.offsets[group] = static_cast<int16_t>(static_cast<uint32_t>(from.negativeSums[group]) - kBiases);
        }
    }
}

/** A block of 32 rows as it is read, packed. */
struct PackedBlock {
    /** [byte][row]. */
    uint8_t signs[16][kPanelRows];
    /** In the order of RowSums. */
    uint16_t scales[4][8];
};
static_assert(sizeof(PackedBlock) == kPanelRows * sizeof(SignBlock));

/** A block of 32 rows at equal distances: few addresses, since registers are few. */
struct Panel {
    const char* quads[kPanelRows / 4];
    size_t stride;
    size_t threeStrides;

    FACET_AVX2_INLINE explicit Panel(const LookupRows& all)
        : stride(all.strideBytes), threeStrides(3 * all.strideBytes) {
        const char* rows = all.data;
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

/** The same where it is packed. */
struct PackedPanel {
    const PackedBlock* block;

    FACET_AVX2_INLINE explicit PackedPanel(const LookupRows& rows)
        : block(reinterpret_cast<const PackedBlock*>(rows.data)) {}
    FACET_AVX2_INLINE void advance() { ++block; }
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

/** Of rows 4i to 4i + 3 and 16 + 4i to 16 + 4i + 3. */
FACET_AVX2_INLINE __m256 loadScales(const Panel& panel, int i) {
    __m128i halves = _mm_setzero_si128();
    halves = _mm_insert_epi16(halves, panel.row(4 * i).scale, 0);
    halves = _mm_insert_epi16(halves, panel.row(4 * i + 1).scale, 1);
    halves = _mm_insert_epi16(halves, panel.row(4 * i + 2).scale, 2);
    halves = _mm_insert_epi16(halves, panel.row(4 * i + 3).scale, 3);
    halves = _mm_insert_epi16(halves, panel.row(16 + 4 * i).scale, 4);
    halves = _mm_insert_epi16(halves, panel.row(16 + 4 * i + 1).scale, 5);
    halves = _mm_insert_epi16(halves, panel.row(16 + 4 * i + 2).scale, 6);
    halves = _mm_insert_epi16(halves, panel.row(16 + 4 * i + 3).scale, 7);
    return _mm256_cvtph_ps(halves);
}

FACET_AVX2_INLINE __m256 loadScales(const PackedPanel& panel, int i) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(panel.block->scales[i])));
}

FACET_AVX2 void pack(SignBlock* panel, int64_t blocks, SignBlock* scratch) {
    const size_t rowBytes = static_cast<size_t>(blocks) * sizeof(SignBlock);
    std::memcpy(scratch, panel, kPanelRows * rowBytes);
    Panel from({reinterpret_cast<const char*>(scratch), rowBytes, false});
    auto* to = reinterpret_cast<PackedBlock*>(panel);
    for (int64_t b = 0; b < blocks; ++b, ++to, from.advance()) {
        __m256i bytes[16];
        loadBytes(from, bytes);
        for (int i = 0; i < 16; ++i) _mm256_storeu_si256(reinterpret_cast<__m256i*>(to->signs[i]), bytes[i]);
        for (int r = 0; r < kPanelRows; ++r) to->scales[r % 16 / 4][r / 16 * 4 + r % 4] = from.row(r).scale;
    }
}

/** Both parts of 16 activations for 32 rows: no byte overflows. */
struct Parts {
    __m256i low;
    __m256i high;

    FACET_AVX2_INLINE void add(const Parts& other) {
        low = _mm256_add_epi8(low, other.low);
        high = _mm256_add_epi8(high, other.high);
    }
};

/** In both lanes. */
struct Table {
    __m256i low;
    __m256i high;

    FACET_AVX2_INLINE explicit Table(const uint8_t entries[2][16])
        : low(_mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(entries[0])))),
          high(_mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(entries[1])))) {}
    FACET_AVX2_INLINE Parts lookUp(__m256i indexes) const {
        return {_mm256_shuffle_epi8(low, indexes), _mm256_shuffle_epi8(high, indexes)};
    }
};

/** The low and the high four bits of each byte. */
struct Nibbles {
    __m256i halves[2];
};

FACET_AVX2_INLINE Nibbles nibblesOf(__m256i bytes) {
    const __m256i fifteen = _mm256_set1_epi8(15);
    return {{_mm256_and_si256(bytes, fifteen), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), fifteen)}};
}

FACET_AVX2_INLINE Parts lookUpTwoBytes(const Nibbles& first, const Nibbles& second, const uint8_t tables[2][2][2][16]) {
    Parts sums = {_mm256_setzero_si256(), _mm256_setzero_si256()};
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
        const Nibbles& indexes = i == 0 ? first : second;
#pragma GCC unroll 2
        for (int nibble = 0; nibble < 2; ++nibble) {
            sums.add(Table(tables[i][nibble]).lookUp(indexes.halves[nibble]));
        }
    }
    return sums;
}

/** 32 rows' products with a group's activations, 16-bit integers: of rows 0 to 7 and 16 to 23, and of the others. */
struct GroupSums {
    __m256i shorts[2];

    FACET_AVX2_INLINE explicit GroupSums(int16_t offset)
        : shorts{_mm256_set1_epi16(offset), _mm256_set1_epi16(offset)} {}
    FACET_AVX2_INLINE void add(const Parts& parts) {
        // Twice what a part is worth.
        const __m256i worth = _mm256_set1_epi16(32 << 8 | 2);
        const __m256i pairs[2] = {_mm256_unpacklo_epi8(parts.low, parts.high),
                                  _mm256_unpackhi_epi8(parts.low, parts.high)};
#pragma GCC unroll 2
        for (int i = 0; i < 2; ++i) shorts[i] = _mm256_add_epi16(shorts[i], _mm256_maddubs_epi16(pairs[i], worth));
    }
};

/** Of 32 rows in one block, in the order of RowSums. */
struct RowScales {
    __m256 floats[4];

    template <typename AnyPanel>
    FACET_AVX2_INLINE explicit RowScales(const AnyPanel& panel) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) floats[i] = loadScales(panel, i);
    }
};

/** Of 32 rows, four and four to a vector: i holds rows 4i to 4i + 3 and 16 + 4i to 16 + 4i + 3. */
struct RowSums {
    __m256 floats[4];

    FACET_AVX2_INLINE RowSums() {
        for (__m256& eight : floats) eight = _mm256_setzero_ps();
    }
    FACET_AVX2_INLINE void add(const GroupSums& group, float scale) {
        // As upper halves of 32 bits they need no sign extension; the tables' scales take the factor back
        // (kProductUnit).
        const __m256 scales = _mm256_set1_ps(scale);
        const __m256i zero = _mm256_setzero_si256();
#pragma GCC unroll 2
        for (int i = 0; i < 2; ++i) {
            const __m256i low = _mm256_unpacklo_epi16(zero, group.shorts[i]);
            const __m256i high = _mm256_unpackhi_epi16(zero, group.shorts[i]);
            floats[2 * i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(low), scales, floats[2 * i]);
            floats[2 * i + 1] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(high), scales, floats[2 * i + 1]);
        }
    }
    FACET_AVX2_INLINE void add(const RowSums& other, const RowScales& scales) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) floats[i] = _mm256_fmadd_ps(other.floats[i], scales.floats[i], floats[i]);
    }
    FACET_AVX2_INLINE void load(const float* source) {
        for (int i = 0; i < 4; ++i) {
            floats[i] = _mm256_setr_m128(_mm_loadu_ps(source + 4 * i), _mm_loadu_ps(source + 16 + 4 * i));
        }
    }
    FACET_AVX2_INLINE void store(float* target) const {
        for (int i = 0; i < 4; ++i) {
            _mm_storeu_ps(target + 4 * i, _mm256_castps256_ps128(floats[i]));
            _mm_storeu_ps(target + 16 + 4 * i, _mm256_extractf128_ps(floats[i], 1));
        }
    }
};

/** What 32 rows hold in one block, byte by byte. */
struct Bytes {
    __m256i bytes[16];

    FACET_AVX2_INLINE explicit Bytes(const Panel& panel) { loadBytes(panel, bytes); }
    FACET_AVX2_INLINE Nibbles at(int index) const { return nibblesOf(bytes[index]); }
};

/** The same where they are packed: read when they are needed. */
struct PackedBytes {
    const PackedBlock* block;

    FACET_AVX2_INLINE explicit PackedBytes(const PackedPanel& panel) : block(panel.block) {}
    FACET_AVX2_INLINE Nibbles at(int index) const {
        return nibblesOf(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(block->signs[index])));
    }
};

/** The same in memory, ready for one column after the other: more than there are registers. */
struct Indexes {
    Nibbles nibbles[16];

    template <typename AnyBytes>
    FACET_AVX2_INLINE explicit Indexes(const AnyBytes& bytes) {
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) nibbles[i] = bytes.at(i);
    }
    FACET_AVX2_INLINE Nibbles at(int index) const { return nibbles[index]; }
};

/** Two lines of memory for each of the four groups of a block, and one more: as much as a block of a panel takes. */
constexpr int kGroupLines = 2;
static_assert((4 * kGroupLines + 1) * 64 == sizeof(PackedBlock));
/** So many packed blocks ahead memory is fetched. */
constexpr size_t kPackedAhead = 8;

FACET_AVX2_INLINE void prefetchLine(const char* address) { _mm_prefetch(address, _MM_HINT_T0); }

/**
 * The rows' scales are still missing. `next` is fetched meanwhile where it is not null: a little at a time, since the
 * processor waits when it is asked for too many lines at once (a sixth of the speed).
 */
template <typename Signs>
FACET_AVX2_INLINE RowSums multiplyBlock(const Signs& signs, const ActivationTables& x, const char* next) {
    RowSums sums;
    if (next != nullptr) prefetchLine(next + 64 * 4 * kGroupLines);
#pragma GCC unroll 4
    for (int group = 0; group < 4; ++group) {
        for (int line = 0; next != nullptr && line < kGroupLines; ++line) {
            prefetchLine(next + 64 * (kGroupLines * group + line));
        }
        GroupSums products(x.offsets[group]);
#pragma GCC unroll 2
        for (int byte = 0; byte < 4; byte += 2) {
            products.add(
                lookUpTwoBytes(signs.at(4 * group + byte), signs.at(4 * group + byte + 1), x.sums[group] + byte));
        }
        sums.add(products, x.scales[group]);
    }
    return sums;
}

/** What is read soon after these rows: packed ones follow each other, of others the next panel is fetched. */
FACET_AVX2_INLINE const char* readNext(const LookupRows& rows) {
    return rows.data + (rows.isPacked ? kPackedAhead * sizeof(PackedBlock) : kPanelRows * rows.strideBytes);
}

template <typename AnyPanel, typename AnyBytes>
FACET_AVX2_INLINE void multiplyPanel(const LookupRows& rows, int64_t blocks, const ActivationTables* tables,
                                     float* target) {
    RowSums sums;
    AnyPanel panel(rows);
    const char* next = readNext(rows);
    for (int64_t b = 0; b < blocks; ++b, panel.advance(), next += sizeof(PackedBlock)) {
        const RowSums products = multiplyBlock(AnyBytes(panel), tables[b], next);
        sums.add(products, RowScales(panel));
    }
    sums.store(target);
}

FACET_AVX2 void multiply(const LookupRows& rows, int64_t blocks, const ActivationTables* tables, float* target) {
    if (rows.isPacked)
        multiplyPanel<PackedPanel, PackedBytes>(rows, blocks, tables, target);
    else
        multiplyPanel<Panel, Bytes>(rows, blocks, tables, target);
}

template <typename AnyPanel, typename AnyBytes>
FACET_AVX2_INLINE void multiplyPanelColumns(const LookupRows& rows, int64_t blocks, int64_t columns,
                                            const ActivationTables* const* tables, float* const* targets, bool adds) {
    RowSums sums[kLookupTileColumns];
    for (int64_t c = 0; adds && c < columns; ++c) sums[c].load(targets[c]);
    AnyPanel panel(rows);
    const char* next = readNext(rows);
    for (int64_t b = 0; b < blocks; ++b, panel.advance(), next += sizeof(PackedBlock)) {
        const Indexes indexes{AnyBytes(panel)};
        const RowScales scales(panel);
        for (int64_t c = 0; c < columns; ++c) {
            sums[c].add(multiplyBlock(indexes, tables[c][b], c == 0 ? next : nullptr), scales);
        }
    }
    for (int64_t c = 0; c < columns; ++c) sums[c].store(targets[c]);
}

FACET_AVX2 void multiplyColumns(const LookupRows& rows, int64_t blocks, int64_t columns,
                                const ActivationTables* const* tables, float* const* targets, bool adds) {
    if (rows.isPacked)
        multiplyPanelColumns<PackedPanel, PackedBytes>(rows, blocks, columns, tables, targets, adds);
    else
        multiplyPanelColumns<Panel, Bytes>(rows, blocks, columns, tables, targets, adds);
}

}  // namespace

const Lookup* avx2Lookup() {
    static const Lookup lookup = {kPanelRows, pack, tabulate, multiply, multiplyColumns};
    return &lookup;
}

}  // namespace facet

#endif
