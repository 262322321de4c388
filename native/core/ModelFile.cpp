#include "core/ModelFile.h"

#include <map>
#include <memory>
#include <string_view>

#include "core/Failure.h"
#include "core/LlamaLog.h"
#include "ggml.h"
#include "gguf.h"

namespace facet {

namespace {

std::string stringKey(const gguf_context* gguf, const char* key) {
    const int64_t id = gguf_find_key(gguf, key);
    return id >= 0 && gguf_get_kv_type(gguf, id) == GGUF_TYPE_STRING ? gguf_get_val_str(gguf, id) : "";
}

}  // namespace

ModelFile describeModelFile(const std::string& path) {
    const LlamaLog log;
    const std::unique_ptr<gguf_context, decltype(&gguf_free)> gguf(
        gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}), gguf_free);
    if (!gguf) throw Failure("model-unreadable", log.lastErrors());

    ModelFile file;
    file.architecture = stringKey(gguf.get(), "general.architecture");
    file.name = stringKey(gguf.get(), "general.name");
    file.kind = stringKey(gguf.get(), "general.type");
    if (file.kind.empty()) file.kind = "model";
    file.metadataBytes = gguf_get_data_offset(gguf.get());
    if (const int64_t id = gguf_find_key(gguf.get(), "split.count");
        id >= 0 && gguf_get_kv_type(gguf.get(), id) == GGUF_TYPE_UINT16) {
        file.splits = gguf_get_val_u16(gguf.get(), id);
    }

    std::map<ggml_type, uint64_t> inLayers;
    std::map<ggml_type, uint64_t> anywhere;
    for (int64_t i = 0; i < gguf_get_n_tensors(gguf.get()); ++i) {
        const int64_t* shape = gguf_get_tensor_ne(gguf.get(), i);
        const auto weights = static_cast<uint64_t>(shape[0] * shape[1] * shape[2] * shape[3]);
        file.parameters += weights;
        file.weightBytes += gguf_get_tensor_size(gguf.get(), i);
        // Norms and biases stay in F32 in every file.
        if (shape[1] <= 1) continue;
        const ggml_type type = gguf_get_tensor_type(gguf.get(), i);
        anywhere[type] += weights;
        // The embedding of a large vocabulary often has a larger type, and outweighs a small model's layers.
        if (std::string_view(gguf_get_tensor_name(gguf.get(), i)).starts_with("blk.")) inLayers[type] += weights;
    }
    uint64_t most = 0;
    for (const auto& [type, weights] : inLayers.empty() ? anywhere : inLayers) {
        if (weights > most) {
            most = weights;
            file.weightType = ggml_type_name(type);
        }
    }
    return file;
}

}  // namespace facet
