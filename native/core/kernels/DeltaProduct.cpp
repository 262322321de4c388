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

struct Workspace {
    ChunkCounter* nextChunk;
    ActivationBlock* activations;

    explicit Workspace(void* memory) {
        const auto address = (reinterpret_cast<uintptr_t>(memory) + kCacheLineBytes - 1) & ~(kCacheLineBytes - 1);
        nextChunk = reinterpret_cast<ChunkCounter*>(address);
        activations = reinterpret_cast<ActivationBlock*>(address + kCacheLineBytes);
    }
};

int64_t shareBegin(int64_t count, int member, int members) { return count * member / members; }

void quantizeShare(const KernelSet& kernels, const Columns& source, int64_t blocks, ActivationBlock* activations,
                   const Team& team) {
    const int64_t count = source.count() * blocks;
    const int64_t end = shareBegin(count, team.member + 1, team.members);
    for (int64_t i = shareBegin(count, team.member, team.members); i < end;) {
        const int64_t column = i / blocks;
        const int64_t block = i % blocks;
        const int64_t run = std::min(end - i, blocks - block);
        kernels.quantize(source.column(column) + block * kBlockWidth, run, activations + i);
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

}  // namespace

size_t workspaceBytes(int64_t width, int64_t columns) {
    return 2 * kCacheLineBytes + static_cast<size_t>(columns * (width / kBlockWidth)) * sizeof(ActivationBlock);
}

void multiplySigns(const KernelSet& kernels, const SignMatrix& matrix, const Columns& source, const Columns& target,
                   void* workspace, const Team& team) {
    const Workspace work(workspace);
    // Everybody's first chunk is that of his number; those behind are taken by who is free.
    if (team.member == 0) new (work.nextChunk) ChunkCounter(team.members);
    quantizeShare(kernels, source, matrix.blocks(), work.activations, team);
    team.meet(team.context);
    for (int64_t chunk = team.member; chunk * kChunkRows < matrix.rows;
         chunk = work.nextChunk->fetch_add(1, std::memory_order_relaxed)) {
        const int64_t begin = chunk * kChunkRows;
        multiplyRows(kernels, matrix, work.activations, target, begin, std::min(begin + kChunkRows, matrix.rows));
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
