#include "core/kernels/DeltaProduct.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <vector>

namespace facet {

namespace {

constexpr size_t kCacheLineBytes = 64;
constexpr int64_t kMostPanelRows = 16;
/**
 * Rows that a thread takes at a time. Few, so that nobody waits long for the last one; enough that the activations of a
 * tile, read again for each of them, stay in the nearest cache.
 */
constexpr int64_t kChunkRows = 64;
constexpr int64_t kTileColumns = 8;

using ChunkCounter = std::atomic<int64_t>;

template <typename T>
T* alignedUp(void* memory) {
    return reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(memory) + kCacheLineBytes - 1) & ~(kCacheLineBytes - 1));
}

/** Columns whose tables are there at once: as many as share the work of tabulating well, and stay near the processor.
 */
constexpr int64_t kLookupColumns = 16;
/** Blocks of a row whose tables for a tile of columns, 1 KiB each, stay in the second-nearest cache. */
constexpr int64_t kStripBlocks = 16;

/** Columns that are computed together, from quantizing on. */
int64_t columnsTogether(const KernelSet& kernels, int64_t columns) {
    return kernels.lookup == nullptr ? columns : std::min(columns, kLookupColumns);
}

/** For the columns that are computed together. */
struct Workspace {
    ChunkCounter* nextChunk;
    ActivationBlock* activations;
    /** Null where there are no look-ups. */
    ActivationTables* tables;

    Workspace(void* memory, const KernelSet& kernels, int64_t blocks, int64_t columns)
        : nextChunk(alignedUp<ChunkCounter>(memory)),
          activations(alignedUp<ActivationBlock>(nextChunk + 1)),
          tables(kernels.lookup == nullptr ? nullptr : alignedUp<ActivationTables>(activations + columns * blocks)) {}
};

/** So many columns of a product, from the first on. */
struct ColumnRange {
    int64_t first;
    int64_t count;
};

void quantizeShare(const KernelSet& kernels, const Columns& source, const ColumnRange& range, int64_t blocks,
                   const Workspace& work, const Team& team) {
    const int64_t count = range.count * blocks;
    const int64_t end = shareBegin(count, team.member + 1, team.members);
    for (int64_t i = shareBegin(count, team.member, team.members); i < end;) {
        const int64_t column = i / blocks;
        const int64_t block = i % blocks;
        const int64_t run = std::min(end - i, blocks - block);
        kernels.quantize(source.column(range.first + column) + block * kBlockWidth, run, work.activations + i);
        if (work.tables != nullptr) kernels.lookup->tabulate(work.activations + i, run, work.tables + i);
        i += run;
    }
}

struct Tile {
    int64_t columns;
    KernelSet::Multiply multiply;
};

Tile tileFor(const KernelSet& kernels, int64_t columnsLeft) {
    if (columnsLeft >= kTileColumns) return {kTileColumns, kernels.multiply8};
    if (columnsLeft >= 4) return {4, kernels.multiply4};
    if (columnsLeft >= 2) return {2, kernels.multiply2};
    return {1, kernels.multiply1};
}

void multiplyRows(const KernelSet& kernels, const SignMatrix& matrix, const ActivationBlock* activations,
                  const Columns& target, const ColumnRange& range, int64_t begin, int64_t end) {
    const int64_t blocks = matrix.blocks();
    for (int64_t first = 0; first < range.count;) {
        const Tile tile = tileFor(kernels, range.count - first);
        const ActivationBlock* tileActivations[kTileColumns];
        float* tileTargets[kTileColumns];
        for (int64_t c = 0; c < tile.columns; ++c) tileActivations[c] = activations + (first + c) * blocks;
        for (int64_t r = begin; r < end; r += kernels.panelRows) {
            const SignBlock* rows[kMostPanelRows];
            for (int64_t i = 0; i < kernels.panelRows; ++i) rows[i] = matrix.row(std::min(r + i, matrix.rows - 1));
            for (int64_t c = 0; c < tile.columns; ++c) tileTargets[c] = target.column(range.first + first + c) + r;
            const int64_t rowCount = std::min(kernels.panelRows, end - r);
            const char* next =
                reinterpret_cast<const char*>(matrix.row(std::min(r + kernels.panelRows, matrix.rows - 1)));
            tile.multiply({rows, blocks, rowCount, next}, tileActivations, tileTargets);
        }
        first += tile.columns;
    }
}

/** From a row on, and from one of its blocks on. */
LookupRows panelAt(const Lookup& lookup, const SignMatrix& matrix, int64_t row, int64_t block) {
    const SignBlock* begin = matrix.row(row) + block * (matrix.isPacked ? lookup.panelRows : 1);
    return {reinterpret_cast<const char*>(begin), matrix.rowStrideBytes, matrix.isPacked};
}

/** Whole panels; returns the first row of the rest. */
int64_t lookUpRows(const Lookup& lookup, const SignMatrix& matrix, const ActivationTables* tables,
                   const Columns& target, const ColumnRange& range, int64_t begin, int64_t end) {
    const int64_t blocks = matrix.blocks();
    const int64_t wholeEnd = begin + (end - begin) / lookup.panelRows * lookup.panelRows;
    if (range.count == 1) {
        for (int64_t r = begin; r < wholeEnd; r += lookup.panelRows) {
            lookup.multiply(panelAt(lookup, matrix, r, 0), blocks, tables, target.column(range.first) + r);
        }
        return wholeEnd;
    }
    for (int64_t strip = 0; strip < blocks; strip += kStripBlocks) {
        const int64_t stripBlocks = std::min(kStripBlocks, blocks - strip);
        for (int64_t first = 0; first < range.count; first += kLookupTileColumns) {
            const int64_t columns = std::min(kLookupTileColumns, range.count - first);
            const ActivationTables* tileTables[kLookupTileColumns];
            float* tileTargets[kLookupTileColumns];
            for (int64_t c = 0; c < columns; ++c) tileTables[c] = tables + (first + c) * blocks + strip;
            for (int64_t r = begin; r < wholeEnd; r += lookup.panelRows) {
                for (int64_t c = 0; c < columns; ++c) tileTargets[c] = target.column(range.first + first + c) + r;
                lookup.multiplyColumns(panelAt(lookup, matrix, r, strip), stripBlocks, columns, tileTables, tileTargets,
                                       strip > 0);
            }
        }
    }
    return wholeEnd;
}

void multiplyChunks(const KernelSet& kernels, const SignMatrix& matrix, const Workspace& work, const Columns& target,
                    const ColumnRange& range, const Team& team) {
    for (int64_t chunk = team.member; chunk * kChunkRows < matrix.rows;
         chunk = work.nextChunk->fetch_add(1, std::memory_order_relaxed)) {
        const int64_t end = std::min((chunk + 1) * kChunkRows, matrix.rows);
        int64_t begin = chunk * kChunkRows;
        if (work.tables != nullptr) begin = lookUpRows(*kernels.lookup, matrix, work.tables, target, range, begin, end);
        multiplyRows(kernels, matrix, work.activations, target, range, begin, end);
    }
}

}  // namespace

size_t workspaceBytes(const KernelSet& kernels, int64_t width, int64_t columns) {
    const auto blocks = static_cast<size_t>(columnsTogether(kernels, columns) * (width / kBlockWidth));
    const size_t blockBytes = sizeof(ActivationBlock) + (kernels.lookup == nullptr ? 0 : sizeof(ActivationTables));
    // The counter, and one line for each array to begin at a line of its own.
    return 4 * kCacheLineBytes + blocks * blockBytes;
}

void packSigns(const Lookup& lookup, SignBlock* data, int64_t width, int64_t rows) {
    const int64_t blocks = width / kBlockWidth;
    std::vector<SignBlock> scratch(static_cast<size_t>(lookup.panelRows * blocks));
    for (int64_t r = 0; r + lookup.panelRows <= rows; r += lookup.panelRows) {
        lookup.pack(data + r * blocks, blocks, scratch.data());
    }
}

void multiplySigns(const KernelSet& kernels, const SignMatrix& matrix, const Columns& source, const Columns& target,
                   void* workspace, const Team& team) {
    const int64_t columns = source.count();
    const int64_t together = columnsTogether(kernels, columns);
    const Workspace work(workspace, kernels, matrix.blocks(), together);
    for (int64_t first = 0; first < columns; first += together) {
        // Until everybody is done with the columns before, their activations are needed.
        if (first > 0) team.meet(team.context);
        const ColumnRange range = {first, std::min(together, columns - first)};
        // Everybody's first chunk is that of his number; those behind are taken by who is free.
        if (team.member == 0) new (work.nextChunk) ChunkCounter(team.members);
        quantizeShare(kernels, source, range, matrix.blocks(), work, team);
        team.meet(team.context);
        multiplyChunks(kernels, matrix, work, target, range, team);
    }
}

void multiplyHadamard(const KernelSet& kernels, const HadamardFactor& factor, int64_t width, const Columns& source,
                      const Columns& target, const Team& team) {
    const int64_t groups = width / factor.length;
    const int64_t count = source.count() * groups;
    const int64_t end = shareBegin(count, team.member + 1, team.members);
    for (int64_t i = shareBegin(count, team.member, team.members); i < end; ++i) {
        const int64_t offset = i % groups * factor.length;
        kernels.hadamard(source.column(i / groups) + offset, factor.length, factor.scale,
                         target.column(i / groups) + offset);
    }
}

}  // namespace facet
