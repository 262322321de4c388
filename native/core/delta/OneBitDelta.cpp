#include "core/delta/OneBitDelta.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/Failure.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaWriting.h"
#include "core/parallel.h"

namespace facet {

namespace {

/** Rows that one thread takes at once when it rotates inputs. */
constexpr int64_t kRowsAtOnce = 32;
/** Columns that one thread takes at once when it rotates outputs: a multiple of every type's block. */
constexpr int64_t kColumnsAtOnce = 256;
/** Rows of each matrix that are looked at before, to choose the Hadamard factors' entries. */
constexpr int64_t kSampledRows = 8;
/** Mean magnitude ÷ root mean square of normally distributed numbers. */
constexpr double kMeanOverRms = 0.8;
/**
 * Where the scales of the signs should be so that half precision holds them well, and the range of the other factor's
 * entry: it scales the product in between, which llama.cpp rounds to Q8_0 with half-precision scales.
 */
struct EntryRange {
    double scaleAimed;
    double least;
    double most;
};
constexpr EntryRange kInputEntry{0x1p-12, 0x1p-10, 0x1p10};
constexpr EntryRange kOutputEntry{0x1p-4, 0x1p-14, 0x1p10};

/** Root mean square of a matrix's change, from a few rows. */
double sampledChange(const DeltaMatrix& matrix) {
    const auto width = static_cast<size_t>(matrix.inputs());
    std::vector<float> change(width);
    std::vector<float> scratch(width);
    double squares = 0;
    const int64_t rows = std::min(kSampledRows, matrix.outputs());
    for (int64_t i = 0; i < rows; ++i) {
        readChange(matrix, i * matrix.outputs() / rows, 0, matrix.inputs(), change.data(), scratch.data());
        for (const float value : change) squares += static_cast<double>(value) * value;
    }
    return std::sqrt(squares / static_cast<double>(rows * matrix.inputs()));
}

float entryFor(double change, int64_t hadamardSize, const EntryRange& range) {
    if (!(change > 0) || !std::isfinite(change)) return 0.0625F;
    const double wanted = kMeanOverRms * change / (std::sqrt(static_cast<double>(hadamardSize)) * range.scaleAimed);
    return static_cast<float>(std::clamp(std::exp2(std::floor(std::log2(wanted))), range.least, range.most));
}

int64_t hadamardSizeFor(int64_t width, int64_t wanted) {
    const int64_t largest = width & -width;
    return wanted == 0 ? largest : std::min(largest, wanted);
}

OneBitPair pairFor(const DeltaMatrix& matrix, int64_t hadamardSize) {
    const int64_t inputs = matrix.inputs();
    const int64_t outputs = matrix.outputs();
    if (inputs % kOneBitBlock != 0) {
        throw Failure("pair-width-unsupported", matrix.name() + " has rows of " + std::to_string(inputs) +
                                                    " weights, which blocks of 128 do not divide");
    }
    OneBitPair pair;
    pair.rotatesInput = inputs <= outputs || outputs % kOneBitBlock != 0;
    pair.hadamardSize = hadamardSizeFor(pair.rotatesInput ? inputs : outputs, hadamardSize);
    return pair;
}

void requireFinite(const DeltaMatrix& matrix, const CodingError& error, const std::vector<OneBitBlock>& signs) {
    constexpr uint16_t kInfinity = 0x7c00;
    const bool fits = std::none_of(signs.begin(), signs.end(),
                                   [](const OneBitBlock& block) { return (block.scale & kInfinity) == kInfinity; });
    if (!std::isfinite(error.energy) || !fits) {
        throw Failure("model-damaged", matrix.name() + " holds numbers that are not finite, or far too large");
    }
}

CodingError encodeByRows(const DeltaMatrix& matrix, const OneBitPair& pair, const float* importance, int threads,
                         OneBitBlock* signs) {
    const int64_t width = matrix.inputs();
    const int64_t pieces = (matrix.outputs() + kRowsAtOnce - 1) / kRowsAtOnce;
    const float factor = 1 / (pair.entry * static_cast<float>(pair.hadamardSize));
    // Weights mix within the rotation; with blocks alone the best scale of each block is still a closed form.
    const float* weights = pair.hadamardSize == kOneBitBlock ? importance : nullptr;
    std::vector<CodingError> errors(static_cast<size_t>(pieces));
    inParallel(pieces, threads, [&](int64_t piece, int) {
        std::vector<float> original(static_cast<size_t>(width));
        std::vector<float> rotated(static_cast<size_t>(width));
        CodingError& sum = errors[static_cast<size_t>(piece)];
        for (int64_t row = piece * kRowsAtOnce; row < std::min(matrix.outputs(), (piece + 1) * kRowsAtOnce); ++row) {
            readChange(matrix, row, 0, width, original.data(), rotated.data());
            for (size_t i = 0; i < rotated.size(); ++i) rotated[i] = original[i] * factor;
            hadamardRows(rotated.data(), width, pair.hadamardSize);
            OneBitBlock* block = signs + row * (width / kOneBitBlock);
            for (int64_t first = 0; first < width; first += kOneBitBlock, ++block) {
                sum.add(encodeRotatedBlock(rotated.data() + first, original.data() + first,
                                           weights == nullptr ? nullptr : weights + first, pair.entry, *block));
            }
        }
    });
    CodingError total;
    for (const CodingError& error : errors) total.add(error);
    return total;
}

CodingError encodeByColumns(const DeltaMatrix& matrix, const OneBitPair& pair, const float* importance, int threads,
                            OneBitBlock* signs) {
    const int64_t width = matrix.inputs();
    const int64_t size = pair.hadamardSize;
    const int64_t tiles = (width + kColumnsAtOnce - 1) / kColumnsAtOnce;
    const int64_t pieces = matrix.outputs() / size * tiles;
    const float factor = 1 / (pair.entry * static_cast<float>(size));
    std::vector<CodingError> errors(static_cast<size_t>(pieces));
    inParallel(pieces, threads, [&](int64_t piece, int) {
        const int64_t firstRow = piece / tiles * size;
        const int64_t first = piece % tiles * kColumnsAtOnce;
        const int64_t columns = std::min(kColumnsAtOnce, width - first);
        std::vector<float> tile(static_cast<size_t>(size * columns));
        std::vector<float> scratch(static_cast<size_t>(columns));
        for (int64_t row = 0; row < size; ++row) {
            readChange(matrix, firstRow + row, first, columns, tile.data() + row * columns, scratch.data());
        }
        for (float& value : tile) value *= factor;
        hadamardColumns(tile.data(), size, columns);
        CodingError& sum = errors[static_cast<size_t>(piece)];
        for (int64_t row = 0; row < size; ++row) {
            OneBitBlock* block = signs + ((firstRow + row) * width + first) / kOneBitBlock;
            for (int64_t column = 0; column < columns; column += kOneBitBlock, ++block) {
                sum.add(encodeBlock(tile.data() + row * columns + column,
                                    importance == nullptr ? nullptr : importance + first + column, *block));
            }
        }
    });
    CodingError total;
    for (const CodingError& error : errors) total.add(error);
    return total;
}

}  // namespace

void addPair(const std::string& matrix, const OneBitPair& pair, std::pair<int64_t, int64_t> shape, bool isCompact,
             std::vector<AdapterTensor>& tensors) {
    const auto [inputs, outputs] = shape;
    const int64_t width = pair.rotatesInput ? inputs : outputs;
    const AdapterTensor signs{matrix + (pair.rotatesInput ? ".lora_b" : ".lora_a"), GGML_TYPE_Q1_0, inputs, outputs};
    const AdapterTensor factor{matrix + (pair.rotatesInput ? ".lora_a" : ".lora_b"), GGML_TYPE_Q1_0, width, width};
    if (pair.rotatesInput && !isCompact) tensors.push_back(factor);
    tensors.push_back(signs);
    if (!pair.rotatesInput && !isCompact) tensors.push_back(factor);
}

void writePair(AdapterWriter& writer, const OneBitPair& pair, std::pair<int64_t, int64_t> shape, bool isCompact,
               const void* signs, uint64_t signBytes) {
    const auto writeFactor = [&] {
        const int64_t width = pair.rotatesInput ? shape.first : shape.second;
        std::vector<OneBitBlock> row(static_cast<size_t>(width / kOneBitBlock));
        for (int64_t i = 0; i < width; ++i) {
            writeHadamardRow(i, width, pair.hadamardSize, pair.entry, row.data());
            writer.append(row.data(), row.size() * sizeof(OneBitBlock));
        }
        writer.endTensor();
    };
    if (pair.rotatesInput && !isCompact) writeFactor();
    writer.append(signs, signBytes);
    writer.endTensor();
    if (!pair.rotatesInput && !isCompact) writeFactor();
}

void setForm(gguf_context* gguf, bool isCompact) {
    gguf_set_val_str(gguf, "adapter.type", isCompact ? "facet-compact" : "lora");
    gguf_set_val_str(gguf, "facet.delta.form", isCompact ? "compact" : "full");
}

CodingError encodeMatrix(const DeltaMatrix& matrix, const OneBitPair& pair, const float* importance, int threads,
                         std::vector<OneBitBlock>& signs) {
    signs.resize(static_cast<size_t>(matrix.inputs() / kOneBitBlock * matrix.outputs()));
    CodingError error = pair.rotatesInput ? encodeByRows(matrix, pair, importance, threads, signs.data())
                                          : encodeByColumns(matrix, pair, importance, threads, signs.data());
    requireFinite(matrix, error, signs);
    // Rotated values are so much smaller that their squares stand for these of the change.
    const double unit = static_cast<double>(pair.entry) * pair.entry * static_cast<double>(pair.hadamardSize);
    return {error.energy * unit, error.error * unit};
}

std::vector<float> decodeMatrix(const std::vector<OneBitBlock>& signs, const OneBitPair& pair, int64_t inputs,
                                int64_t outputs) {
    std::vector<float> values(static_cast<size_t>(inputs * outputs));
    for (size_t block = 0; block < signs.size(); ++block)
        decodeBlock(signs[block], values.data() + block * kOneBitBlock);
    if (pair.rotatesInput) {
        hadamardRows(values.data(), inputs * outputs, pair.hadamardSize);
    } else {
        for (int64_t row = 0; row < outputs; row += pair.hadamardSize) {
            hadamardColumns(values.data() + row * inputs, pair.hadamardSize, inputs);
        }
    }
    for (float& value : values) value *= pair.entry;
    return values;
}

DeltaResult makeOneBitDelta(const MappedModel& base, const MappedModel& fineTune, const OneBitDeltaOptions& options,
                            const ProgressSink& report) {
    report(Progress{});
    const DeltaPlan plan = planDelta(base, fineTune, options.threads);
    std::vector<OneBitPair> pairs;
    std::vector<double> inputChanges;
    std::vector<double> outputChanges;
    for (const DeltaMatrix& matrix : plan.matrices) {
        pairs.push_back(pairFor(matrix, options.hadamardSize));
        (pairs.back().rotatesInput ? inputChanges : outputChanges).push_back(sampledChange(matrix));
    }
    const auto middle = [](std::vector<double>& values) {
        if (values.empty()) return 0.0;
        std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
        return values[values.size() / 2];
    };
    const float inputEntry = entryFor(middle(inputChanges), kOneBitBlock, kInputEntry);
    const float outputEntry = entryFor(middle(outputChanges), kOneBitBlock, kOutputEntry);

    std::vector<AdapterTensor> tensors;
    for (size_t i = 0; i < pairs.size(); ++i) {
        OneBitPair& pair = pairs[i];
        const DeltaMatrix& matrix = plan.matrices[i];
        pair.entry = pair.rotatesInput ? inputEntry : outputEntry;
        addPair(matrix.name(), pair, {matrix.inputs(), matrix.outputs()}, options.isCompact, tensors);
    }

    GgufPointer metadata = adapterMetadata(base.architecture(), options.description.name, 0);
    gguf_context* gguf = metadata.get();
    describeDelta(gguf, "bitdelta", options.description, plan, base);
    setForm(gguf, options.isCompact);
    gguf_set_val_bool(gguf, "facet.delta.calibrated", !options.importance.empty());
    gguf_set_val_u32(gguf, "facet.hadamard.size", static_cast<uint32_t>(options.hadamardSize));
    gguf_set_val_f32(gguf, "facet.hadamard.input_entry", inputEntry);
    gguf_set_val_f32(gguf, "facet.hadamard.output_entry", outputEntry);

    AdapterWriter writer(options.target, std::move(metadata), tensors);
    std::vector<OneBitBlock> signs;
    return writeDelta(writer, options.target, base, plan, report, [&](size_t i) {
        const DeltaMatrix& matrix = plan.matrices[i];
        const auto weights = options.importance.find(matrix.name());
        const bool isWeighted =
            weights != options.importance.end() && weights->second.size() == static_cast<size_t>(matrix.inputs());
        const CodingError error =
            encodeMatrix(matrix, pairs[i], isWeighted ? weights->second.data() : nullptr, options.threads, signs);
        writePair(writer, pairs[i], {matrix.inputs(), matrix.outputs()}, options.isCompact, signs.data(),
                  signs.size() * sizeof(OneBitBlock));
        return error;
    });
}

}  // namespace facet
