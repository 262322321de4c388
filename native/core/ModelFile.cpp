#include "core/ModelFile.h"

#include <map>
#include <memory>

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

    std::map<ggml_type, uint64_t> bytesByType;
    for (int64_t i = 0; i < gguf_get_n_tensors(gguf.get()); ++i) {
        const int64_t* shape = gguf_get_tensor_ne(gguf.get(), i);
        const uint64_t bytes = gguf_get_tensor_size(gguf.get(), i);
        file.parameters += static_cast<uint64_t>(shape[0] * shape[1] * shape[2] * shape[3]);
        file.weightBytes += bytes;
        // Norms and biases stay in F32 in every file.
        if (shape[1] > 1) bytesByType[gguf_get_tensor_type(gguf.get(), i)] += bytes;
    }
    uint64_t most = 0;
    for (const auto& [type, bytes] : bytesByType) {
        if (bytes > most) {
            most = bytes;
            file.weightType = ggml_type_name(type);
        }
    }
    return file;
}

}  // namespace facet
