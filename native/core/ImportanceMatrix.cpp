#include "core/ImportanceMatrix.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "core/Failure.h"
#include "core/LlamaLog.h"
#include "core/paths.h"
#include "ggml.h"
#include "gguf.h"

namespace facet {

namespace {

constexpr const char* kDatasetsKey = "imatrix.datasets";
constexpr const char* kChunkCountKey = "imatrix.chunk_count";
constexpr const char* kChunkSizeKey = "imatrix.chunk_size";
constexpr const char* kSumsSuffix = ".in_sum2";
constexpr const char* kCountsSuffix = ".counts";

/** A 405B model's matrix has 100 MB; this leaves room and keeps a hostile file from taking the memory. */
constexpr uint64_t kFileLimitBytes = 2ull << 30;
constexpr int32_t kNameLimit = 256;
constexpr int32_t kEntryLimit = 100'000;

using GgufPointer = std::unique_ptr<gguf_context, decltype(&gguf_free)>;
using GgmlPointer = std::unique_ptr<ggml_context, decltype(&ggml_free)>;

[[noreturn]] void invalid(const std::string& what) { throw Failure("importance-matrix-invalid", what); }

template <typename Value>
Value readValue(std::ifstream& file) {
    Value value{};
    file.read(reinterpret_cast<char*>(&value), sizeof(value));
    if (!file) invalid("the file ends too early");
    return value;
}

/** Nothing is allocated before the file is known to hold so much. */
std::vector<float> readFloats(std::ifstream& file, uint64_t offset, uint64_t count, uint64_t fileBytes) {
    if (offset > fileBytes || count > (fileBytes - offset) / sizeof(float)) invalid("the file ends too early");
    std::vector<float> values(count);
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float)));
    if (!file) invalid("the file cannot be read to its end");
    return values;
}

bool removeSuffix(std::string& name, const std::string& suffix) {
    if (!name.ends_with(suffix)) return false;
    name.resize(name.size() - suffix.size());
    return true;
}

uint32_t unsignedKey(const gguf_context* gguf, const char* key) {
    const int64_t id = gguf_find_key(gguf, key);
    if (id < 0 || gguf_get_kv_type(gguf, id) != GGUF_TYPE_UINT32) invalid(std::string(key) + " is missing");
    return gguf_get_val_u32(gguf, id);
}

ImportanceMatrix readGguf(const std::string& path, uint64_t fileBytes) {
    const LlamaLog log;
    ggml_context* meta = nullptr;
    const GgufPointer gguf(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = &meta}), gguf_free);
    if (!gguf) invalid(log.lastErrors());
    const GgmlPointer tensors(meta, ggml_free);

    ImportanceMatrix matrix;
    matrix.chunkCount = unsignedKey(gguf.get(), kChunkCountKey);
    matrix.chunkTokens = unsignedKey(gguf.get(), kChunkSizeKey);
    const int64_t datasets = gguf_find_key(gguf.get(), kDatasetsKey);
    if (datasets >= 0 && gguf_get_kv_type(gguf.get(), datasets) == GGUF_TYPE_ARRAY &&
        gguf_get_arr_type(gguf.get(), datasets) == GGUF_TYPE_STRING) {
        for (size_t i = 0; i < gguf_get_arr_n(gguf.get(), datasets); ++i) {
            matrix.datasets.emplace_back(gguf_get_arr_str(gguf.get(), datasets, i));
        }
    }

    std::ifstream file(pathOf(path), std::ios::binary);
    if (!file) throw Failure("importance-matrix-unreadable", path);
    const size_t dataOffset = gguf_get_data_offset(gguf.get());
    const int64_t count = gguf_get_n_tensors(gguf.get());
    for (int64_t i = 0; i < count; ++i) {
        std::string name = gguf_get_tensor_name(gguf.get(), i);
        const ggml_tensor* tensor = ggml_get_tensor(tensors.get(), name.c_str());
        const bool isSums = removeSuffix(name, kSumsSuffix);
        const bool isCounts = !isSums && removeSuffix(name, kCountsSuffix);
        if (!isSums && !isCounts) continue;
        if (tensor == nullptr || tensor->type != GGML_TYPE_F32) invalid(name + " is not F32");
        std::vector<float> values = readFloats(file, dataOffset + gguf_get_tensor_offset(gguf.get(), i),
                                               static_cast<uint64_t>(ggml_nelements(tensor)), fileBytes);
        ImportanceEntry& entry = matrix.entries[name];
        if (isSums) {
            entry.sums = std::move(values);
        } else {
            for (const float value : values) {
                if (!std::isfinite(value) || value < 0 || value > 9e15F) invalid(name + " has a count out of range");
                entry.counts.push_back(std::lround(value));
            }
        }
    }
    return matrix;
}

/** The older form holds mean squares times the number of chunks, and that number as the only count. */
ImportanceMatrix readLegacy(const std::string& path, uint64_t fileBytes) {
    std::ifstream file(pathOf(path), std::ios::binary);
    if (!file) throw Failure("importance-matrix-unreadable", path);
    const auto entryCount = readValue<int32_t>(file);
    if (entryCount < 1 || entryCount > kEntryLimit) invalid("this is neither form of an importance matrix");
    ImportanceMatrix matrix;
    for (int32_t i = 0; i < entryCount; ++i) {
        const auto nameLength = readValue<int32_t>(file);
        if (nameLength < 1 || nameLength > kNameLimit) invalid("a name has an impossible length");
        std::string name(static_cast<size_t>(nameLength), '\0');
        file.read(name.data(), nameLength);
        const auto chunks = readValue<int32_t>(file);
        const auto valueCount = readValue<int32_t>(file);
        if (valueCount < 1 || chunks < 0) invalid(name + " has no values");
        ImportanceEntry entry;
        if (!file) invalid("the file ends too early");
        entry.sums =
            readFloats(file, static_cast<uint64_t>(file.tellg()), static_cast<uint64_t>(valueCount), fileBytes);
        entry.counts = {std::max(chunks, 1)};
        matrix.entries[name] = std::move(entry);
    }
    int32_t chunkCount = 0;
    if (file.read(reinterpret_cast<char*>(&chunkCount), sizeof(chunkCount)) && chunkCount > 0) {
        matrix.chunkCount = static_cast<uint32_t>(chunkCount);
    }
    return matrix;
}

}  // namespace

ImportanceMatrix ImportanceMatrix::read(const std::string& path) {
    std::error_code error;
    const uint64_t fileBytes = std::filesystem::file_size(pathOf(path), error);
    if (error) throw Failure("importance-matrix-unreadable", path + ": " + error.message());
    if (fileBytes > kFileLimitBytes) invalid("the file is larger than an importance matrix can be");

    std::array<char, 4> magic{};
    std::ifstream(pathOf(path), std::ios::binary).read(magic.data(), magic.size());
    ImportanceMatrix matrix =
        std::memcmp(magic.data(), "GGUF", magic.size()) == 0 ? readGguf(path, fileBytes) : readLegacy(path, fileBytes);

    if (matrix.entries.empty()) invalid("the file has no entries");
    for (const auto& [name, entry] : matrix.entries) {
        if (entry.sums.empty() || entry.counts.empty()) invalid(name + " lacks its sums or its counts");
        if (entry.sums.size() % entry.counts.size() != 0) invalid(name + " has sums and counts that do not fit");
        for (const float value : entry.sums) {
            if (!std::isfinite(value) || value < 0) invalid(name + " has values that are no sums of squares");
        }
    }
    return matrix;
}

void ImportanceMatrix::write(const std::string& path) const {
    size_t dataBytes = 0;
    for (const auto& [name, entry] : entries) {
        for (const size_t count : {entry.sums.size(), entry.counts.size()}) {
            dataBytes += GGML_PAD(ggml_tensor_overhead() + sizeof(float) * count, GGML_MEM_ALIGN);
        }
    }
    const GgmlPointer tensors(ggml_init({.mem_size = dataBytes, .mem_buffer = nullptr, .no_alloc = false}), ggml_free);
    const GgufPointer gguf(gguf_init_empty(), gguf_free);
    if (!tensors || !gguf) throw Failure("out-of-memory", "no memory for the importance matrix");

    std::vector<const char*> names;
    for (const std::string& dataset : datasets) names.push_back(dataset.c_str());
    gguf_set_val_str(gguf.get(), "general.type", "imatrix");
    gguf_set_arr_str(gguf.get(), kDatasetsKey, names.data(), names.size());
    gguf_set_val_u32(gguf.get(), kChunkCountKey, chunkCount);
    gguf_set_val_u32(gguf.get(), kChunkSizeKey, chunkTokens);

    for (const auto& [name, entry] : entries) {
        // ggml cuts longer names, and ends the process when two are the same.
        if (name.size() + std::strlen(kSumsSuffix) >= GGML_MAX_NAME) invalid(name + " is too long a name");
        const auto matrices = static_cast<int64_t>(entry.counts.size());
        const auto width = static_cast<int64_t>(entry.sums.size()) / matrices;
        ggml_tensor* sums = ggml_new_tensor_2d(tensors.get(), GGML_TYPE_F32, width, matrices);
        ggml_tensor* counts = ggml_new_tensor_2d(tensors.get(), GGML_TYPE_F32, 1, matrices);
        ggml_set_name(sums, (name + kSumsSuffix).c_str());
        ggml_set_name(counts, (name + kCountsSuffix).c_str());
        std::copy(entry.sums.begin(), entry.sums.end(), static_cast<float*>(sums->data));
        std::transform(entry.counts.begin(), entry.counts.end(), static_cast<float*>(counts->data),
                       [](int64_t count) { return static_cast<float>(count); });
        gguf_add_tensor(gguf.get(), sums);
        gguf_add_tensor(gguf.get(), counts);
    }
    if (!gguf_write_to_file(gguf.get(), path.c_str(), false)) throw Failure("write-failed", path);
}

std::map<std::string, std::vector<float>> ImportanceMatrix::meanSquares() const {
    std::map<std::string, std::vector<float>> means;
    for (const auto& [name, entry] : entries) {
        std::vector<float>& mean = means[name];
        mean.resize(entry.sums.size());
        const size_t width = entry.sums.size() / entry.counts.size();
        for (size_t i = 0; i < mean.size(); ++i) {
            const auto count = static_cast<float>(entry.counts[i / width]);
            mean[i] = count > 0 ? entry.sums[i] / count : 1.0F;
        }
    }
    return means;
}

}  // namespace facet
