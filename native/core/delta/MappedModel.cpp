#include "core/delta/MappedModel.h"

#include <algorithm>
#include <cstring>

#include "core/Failure.h"
#include "core/LlamaLog.h"
#include "core/instructionSets.h"
#include "core/paths.h"
#include "llama.h"

namespace facet {

namespace {

/** Weights are read in place as 32-bit and 16-bit numbers. */
constexpr uint64_t kAlignment = alignof(float);

/** Exact, subnormals, infinities and NaN included; written without branches so that compilers vectorise it. */
FACET_EACH_INSTRUCTION_SET
void halvesToFloats(const uint16_t* halves, float* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const uint32_t half = halves[i];
        const uint32_t sign = (half & 0x8000U) << 16;
        const uint32_t rest = (half & 0x7fffU) << 13;
        uint32_t bits = rest;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        value *= 0x1p112F;  // moves the exponent, makes subnormals normal
        std::memcpy(&bits, &value, sizeof bits);
        bits |= rest >= 0x0f800000U ? 0x7f800000U : 0U;  // infinity and NaN stay what they are
        bits |= sign;
        std::memcpy(&values[i], &bits, sizeof bits);
    }
}

FACET_EACH_INSTRUCTION_SET
void brainFloatsToFloats(const uint16_t* brains, float* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const uint32_t bits = static_cast<uint32_t>(brains[i]) << 16;
        std::memcpy(&values[i], &bits, sizeof bits);
    }
}

}  // namespace

void readFloats(const MappedTensor& tensor, int64_t row, int64_t first, int64_t count, float* values) {
    const uint8_t* data = tensor.data + static_cast<uint64_t>(row) * ggml_row_size(tensor.type, tensor.rowLength()) +
                          ggml_row_size(tensor.type, first);
    switch (tensor.type) {
        case GGML_TYPE_F32:
            std::memcpy(values, data, static_cast<size_t>(count) * sizeof(float));
            return;
        case GGML_TYPE_F16:
            halvesToFloats(reinterpret_cast<const uint16_t*>(data), values, count);
            return;
        case GGML_TYPE_BF16:
            brainFloatsToFloats(reinterpret_cast<const uint16_t*>(data), values, count);
            return;
        default:
            ggml_get_type_traits(tensor.type)->to_float(data, values, count);
    }
}

std::vector<float> readVector(const MappedTensor& tensor) {
    std::vector<float> values(static_cast<size_t>(tensor.rowLength()));
    readFloats(tensor, 0, 0, tensor.rowLength(), values.data());
    return values;
}

MappedModel::MappedModel(const std::string& path) {
    metadata_ = addFile(path);
    const int64_t key = gguf_find_key(metadata(), "split.count");
    const int splits =
        key >= 0 && gguf_get_kv_type(metadata(), key) == GGUF_TYPE_UINT16 ? gguf_get_val_u16(metadata(), key) : 1;
    if (splits > 1) {
        std::string prefix(path.size() + 1, '\0');
        const int32_t length = llama_split_prefix(prefix.data(), prefix.size(), path.c_str(), 0, splits);
        if (length <= 0) throw Failure("model-unreadable", fileName(path) + " is not the first part of a split model");
        prefix.resize(static_cast<size_t>(length));
        for (int part = 1; part < splits; ++part) {
            std::string partPath(path.size() + 32, '\0');
            const int32_t written = llama_split_path(partPath.data(), partPath.size(), prefix.c_str(), part, splits);
            partPath.resize(static_cast<size_t>(std::max(written, 0)));
            addFile(partPath);
        }
    }
    if (tensors_.empty()) throw Failure("model-unreadable", fileName(path) + " has no weights");
}

MappedModel::Gguf MappedModel::addFile(const std::string& path) {
    const MappedFile& file = files_.emplace_back(path);

    const LlamaLog log;
    Gguf gguf(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}), gguf_free);
    if (!gguf) throw Failure("model-unreadable", log.lastErrors());
    const uint64_t start = gguf_get_data_offset(gguf.get());
    for (int64_t i = 0; i < gguf_get_n_tensors(gguf.get()); ++i) {
        MappedTensor tensor;
        tensor.name = gguf_get_tensor_name(gguf.get(), i);
        tensor.type = gguf_get_tensor_type(gguf.get(), i);
        std::copy_n(gguf_get_tensor_ne(gguf.get(), i), 4, tensor.shape.begin());
        tensor.bytes = gguf_get_tensor_size(gguf.get(), i);
        const uint64_t offset = start + gguf_get_tensor_offset(gguf.get(), i);
        if (offset < start || offset > file.bytes() || tensor.bytes > file.bytes() - offset) {
            throw Failure("model-unreadable", fileName(path) + " ends within " + tensor.name);
        }
        const ggml_type_traits* traits = ggml_get_type_traits(tensor.type);
        if (tensor.type != GGML_TYPE_F32 && (traits == nullptr || traits->to_float == nullptr)) {
            throw Failure("model-unreadable", tensor.name + " is of a type that cannot be read as numbers");
        }
        if (tensor.count() == 0) throw Failure("model-unreadable", tensor.name + " has no values");
        // A mapping begins at a page.
        if (offset % kAlignment != 0) {
            throw Failure("model-unreadable", tensor.name + " begins at byte " + std::to_string(offset) + " of " +
                                                  fileName(path) + ", which is not a multiple of " +
                                                  std::to_string(kAlignment) +
                                                  ": convert the model again with the usual alignment of 32 bytes");
        }
        tensor.data = file.data() + offset;
        if (!tensors_.emplace(tensor.name, tensor).second) {
            throw Failure("model-unreadable", tensor.name + " is there twice");
        }
    }
    return gguf;
}

std::string MappedModel::text(const char* key) const {
    const int64_t id = gguf_find_key(metadata(), key);
    return id >= 0 && gguf_get_kv_type(metadata(), id) == GGUF_TYPE_STRING ? gguf_get_val_str(metadata(), id) : "";
}

const MappedTensor* MappedModel::find(const std::string& name) const {
    const auto found = tensors_.find(name);
    return found == tensors_.end() ? nullptr : &found->second;
}

void MappedModel::release(const MappedTensor& tensor) { MappedFile::release(tensor.data, tensor.bytes); }

}  // namespace facet
