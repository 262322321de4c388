#include "core/delta/DeltaReader.h"

#include <bit>
#include <cmath>
#include <set>

#include "core/Failure.h"

namespace facet {

namespace {

constexpr const char* kInputFactor = ".lora_a";
constexpr const char* kOutputFactor = ".lora_b";

float numberKey(const MappedModel& file, const char* key) {
    const int64_t id = gguf_find_key(file.metadata(), key);
    return id >= 0 && gguf_get_kv_type(file.metadata(), id) == GGUF_TYPE_FLOAT32 ? gguf_get_val_f32(file.metadata(), id)
                                                                                 : 0;
}

uint32_t countKey(const MappedModel& file, const char* key) {
    const int64_t id = gguf_find_key(file.metadata(), key);
    return id >= 0 && gguf_get_kv_type(file.metadata(), id) == GGUF_TYPE_UINT32 ? gguf_get_val_u32(file.metadata(), id)
                                                                                : 0;
}

bool isPowerOfTwo(float value) {
    int exponent = 0;
    return std::isfinite(value) && value > 0 && std::frexp(value, &exponent) == 0.5F;
}

}  // namespace

DeltaReader::DeltaReader(const std::string& path) : file_(path) {
    if (file_.text("general.type") != "adapter") throw Failure("delta-damaged", "the file is no adapter");
    isOneBit_ = file_.text("facet.delta.kind") == "bitdelta";
    const std::string type = file_.text("adapter.type");
    isCompact_ = type == "facet-compact";
    if (type != "lora" && !(isCompact_ && isOneBit_))
        throw Failure("delta-damaged", "an adapter of the unknown type " + type);
    alpha_ = numberKey(file_, "adapter.lora.alpha");
    if (!std::isfinite(alpha_)) throw Failure("delta-damaged", "alpha is no number");

    std::set<std::string> names;
    for (const auto& [name, tensor] : file_.tensors()) {
        // It is transposed in adapters made elsewhere; nothing here needs it.
        if (name.starts_with("token_embd.weight.")) continue;
        if (name.ends_with(kInputFactor) || name.ends_with(kOutputFactor)) {
            names.insert(name.substr(0, name.size() - std::char_traits<char>::length(kInputFactor)));
        }
    }
    matrices_.assign(names.begin(), names.end());
    if (isOneBit_) {
        if (countKey(file_, "facet.delta.version") != kDeltaFormatVersion)
            throw Failure("delta-damaged", "a 1-bit delta of an unknown version");
        hadamardSize_ = countKey(file_, "facet.hadamard.size");
        inputEntry_ = numberKey(file_, "facet.hadamard.input_entry");
        outputEntry_ = numberKey(file_, "facet.hadamard.output_entry");
        const bool isSized = hadamardSize_ == 0 || (hadamardSize_ >= kOneBitBlock &&
                                                    std::has_single_bit(static_cast<uint64_t>(hadamardSize_)));
        if (!isSized || !isPowerOfTwo(inputEntry_) || !isPowerOfTwo(outputEntry_)) {
            throw Failure("delta-damaged", "the Hadamard factors are not described");
        }
    }
    for (const std::string& matrix : matrices_) {
        const MappedTensor* input = part(matrix, kInputFactor);
        const MappedTensor* output = part(matrix, kOutputFactor);
        const bool isPair = input != nullptr && output != nullptr && input->rows() == output->rowLength() &&
                            input->shape[2] == 1 && output->shape[2] == 1;
        if (isOneBit_) {
            for (const MappedTensor* factor : {input, output}) {
                if (factor != nullptr && factor->type != GGML_TYPE_Q1_0)
                    throw Failure("delta-damaged", matrix + " is not of type Q1_0");
            }
            const OneBitPair known = pair(matrix);
            const auto [inputs, outputs] = shape(matrix);
            if ((known.rotatesInput ? inputs : outputs) % known.hadamardSize != 0)
                throw Failure("delta-damaged", matrix + " has a shape that does not fit");
        }
        if (!isPair && !(isCompact_ && (input == nullptr) != (output == nullptr))) {
            throw Failure("delta-damaged", matrix + " is no pair of matrices");
        }
    }
}

const MappedTensor* DeltaReader::part(const std::string& matrix, const char* suffix) const {
    return file_.find(matrix + suffix);
}

OneBitPair DeltaReader::pair(const std::string& matrix) const {
    const MappedTensor* input = part(matrix, kInputFactor);
    const MappedTensor* output = part(matrix, kOutputFactor);
    // Square factor and signs of the same shape: the encoder rotates the inputs then.
    const bool rotatesInput = output != nullptr && (input == nullptr || input->rowLength() == input->rows());
    const MappedTensor& signs = rotatesInput ? *output : *input;
    const int64_t width = rotatesInput ? signs.rowLength() : signs.rows();
    const int64_t largest = width & -width;
    return {rotatesInput, hadamardSize_ == 0 ? largest : std::min(largest, hadamardSize_),
            rotatesInput ? inputEntry_ : outputEntry_};
}

const MappedTensor& DeltaReader::signs(const std::string& matrix) const {
    return *part(matrix, pair(matrix).rotatesInput ? kOutputFactor : kInputFactor);
}

std::pair<int64_t, int64_t> DeltaReader::shape(const std::string& matrix) const {
    const MappedTensor* input = part(matrix, kInputFactor);
    const MappedTensor* output = part(matrix, kOutputFactor);
    if (input != nullptr && output != nullptr) return {input->rowLength(), output->rows()};
    const MappedTensor& signs = input == nullptr ? *output : *input;
    return {signs.rowLength(), signs.rows()};
}

void DeltaReader::readRow(const std::string& matrix, int64_t row, float* change) const {
    const auto [inputs, outputs] = shape(matrix);
    const auto width = static_cast<size_t>(inputs);
    if (isOneBit_) {
        const OneBitPair known = pair(matrix);
        const MappedTensor& tensor = signs(matrix);
        if (known.rotatesInput) {
            readFloats(tensor, row, 0, inputs, change);
            hadamardRows(change, inputs, known.hadamardSize);
        } else {
            std::fill_n(change, inputs, 0.0F);
            const auto* blocks = reinterpret_cast<const OneBitBlock*>(tensor.data);
            const int64_t each = inputs / kOneBitBlock;
            const int64_t start = row / known.hadamardSize * known.hadamardSize;
            for (int64_t k = 0; k < known.hadamardSize; ++k) {
                const bool isNegative = std::popcount(static_cast<uint64_t>(k & (row - start))) % 2 != 0;
                addBlocks(blocks + (start + k) * each, each, isNegative ? -1 : 1, change);
            }
        }
        for (size_t i = 0; i < width; ++i) change[i] *= known.entry;
        return;
    }
    const MappedTensor& input = *part(matrix, kInputFactor);
    const MappedTensor& output = *part(matrix, kOutputFactor);
    const int64_t rank = input.rows();
    std::vector<float> factors(static_cast<size_t>(rank));
    std::vector<float> direction(width);
    readFloats(output, row, 0, rank, factors.data());
    std::fill_n(change, inputs, 0.0F);
    const float scale = alpha_ == 0 ? 1 : alpha_ / static_cast<float>(rank);
    for (int64_t k = 0; k < rank; ++k) {
        readFloats(input, k, 0, inputs, direction.data());
        const float factor = scale * factors[static_cast<size_t>(k)];
        for (size_t i = 0; i < width; ++i) change[i] += factor * direction[i];
    }
}

}  // namespace facet
