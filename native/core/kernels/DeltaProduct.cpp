#include "core/kernels/DeltaProduct.h"

#include <algorithm>
#include <atomic>
#include <new>

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

struct Workspace {
    ChunkCounter* nextChunk;
    ActivationBlock* activations;
    /** For a single column; null when there are more, or no look-ups. */
    ActivationTables* tables;

    Workspace(void* memory, const KernelSet& kernels, int64_t blocks, int64_t columns)
        : nextChunk(alignedUp<ChunkCounter>(memory)),
          activations(alignedUp<ActivationBlock>(nextChunk + 1)),
          tables(kernels.lookup == nullptr || columns > 1 ? nullptr
                                                          : alignedUp<ActivationTables>(activations + blocks)) {}
};

void quantizeShare(const KernelSet& kernels, const Columns& source, int64_t blocks, const Workspace& work,
                   const Team& team) {
    const int64_t count = source.count() * blocks;
    const int64_t end = shareBegin(count, team.member + 1, team.members);
    for (int64_t i = shareBegin(count, team.member, team.members); i < end;) {
        const int64_t column = i / blocks;
        const int64_t block = i % blocks;
        const int64_t run = std::min(end - i, blocks - block);
        kernels.quantize(source.column(column) + block * kBlockWidth, run, work.activations + i);
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
                  const Columns& target, int64_t begin, int64_t end) {
    const int64_t blocks = matrix.blocks();
    const int64_t columns = target.count();
    for (int64_t first = 0; first < columns;) {
        const Tile tile = tileFor(kernels, columns - first);
        const ActivationBlock* tileActivations[kTileColumns];
        float* tileTargets[kTileColumns];
        for (int64_t c = 0; c < tile.columns; ++c) tileActivations[c] = activations + (first + c) * blocks;
        for (int64_t r = begin; r < end; r += kernels.panelRows) {
            const SignBlock* rows[kMostPanelRows];
            for (int64_t i = 0; i < kernels.panelRows; ++i) rows[i] = matrix.row(std::min(r + i, matrix.rows - 1));
            for (int64_t c = 0; c < tile.columns; ++c) tileTargets[c] = target.column(first + c) + r;
            const int64_t rowCount = std::min(kernels.panelRows, end - r);
            const char* next = reinterpret_cast<const char*>(matrix.row(std::min(r + kernels.panelRows, matrix.rows - 1)));
            tile.multiply({rows, blocks, rowCount, next}, tileActivations, tileTargets);
        }
        first += tile.columns;
    }
}

/** Whole panels, for the one column; returns the first row of the rest. */
int64_t lookUpRows(const Lookup& lookup, const SignMatrix& matrix, const ActivationTables* tables, const Columns& target,
                   int64_t begin, int64_t end) {
    int64_t r = begin;
    for (; r + lookup.panelRows <= end; r += lookup.panelRows) {
        lookup.multiply(reinterpret_cast<const char*>(matrix.row(r)), matrix.rowStrideBytes, matrix.blocks(), tables,
                        target.column(0) + r);
    }
    return r;
}

}  // namespace

size_t workspaceBytes(int64_t width, int64_t columns) {
    const auto blocks = static_cast<size_t>(width / kBlockWidth);
    // The counter, and one line for each array to begin at a line of its own.
    const size_t activationBytes = 4 * kCacheLineBytes + static_cast<size_t>(columns) * blocks * sizeof(ActivationBlock);
    return columns == 1 ? activationBytes + blocks * sizeof(ActivationTables) : activationBytes;
}

void multiplySigns(const KernelSet& kernels, const SignMatrix& matrix, const Columns& source, const Columns& target,
                   void* workspace, const Team& team) {
    const Workspace work(workspace, kernels, matrix.blocks(), source.count());
    // Everybody's first chunk is that of his number; those behind are taken by who is free.
    if (team.member == 0) new (work.nextChunk) ChunkCounter(team.members);
    quantizeShare(kernels, source, matrix.blocks(), work, team);
    team.meet(team.context);
    for (int64_t chunk = team.member; chunk * kChunkRows < matrix.rows;
         chunk = work.nextChunk->fetch_add(1, std::memory_order_relaxed)) {
        const int64_t end = std::min((chunk + 1) * kChunkRows, matrix.rows);
        int64_t begin = chunk * kChunkRows;
        if (work.tables != nullptr) begin = lookUpRows(*kernels.lookup, matrix, work.tables, target, begin, end);
        multiplyRows(kernels, matrix, work.activations, target, begin, end);
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
