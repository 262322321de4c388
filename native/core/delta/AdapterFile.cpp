#include "core/delta/AdapterFile.h"

#include <stdexcept>

#include "core/Failure.h"
#include "core/LlamaLog.h"
#include "core/paths.h"

namespace facet {

namespace {

std::vector<char> metadataBytes(const gguf_context* gguf) {
    std::vector<char> bytes(gguf_get_meta_size(gguf));
    gguf_get_meta_data(gguf, bytes.data());
    return bytes;
}

}  // namespace

GgufPointer adapterMetadata(const std::string& architecture, const std::string& name, float alpha) {
    GgufPointer gguf(gguf_init_empty(), gguf_free);
    gguf_set_val_str(gguf.get(), "general.type", "adapter");
    gguf_set_val_str(gguf.get(), "general.architecture", architecture.c_str());
    gguf_set_val_str(gguf.get(), "general.name", name.c_str());
    gguf_set_val_str(gguf.get(), "adapter.type", "lora");
    gguf_set_val_f32(gguf.get(), "adapter.lora.alpha", alpha);
    return gguf;
}

AdapterWriter::AdapterWriter(const std::string& path, GgufPointer values, const std::vector<AdapterTensor>& tensors)
    : path_(path), metadata_(std::move(values)), shapes_(nullptr, ggml_free) {
    shapes_.reset(ggml_init(
        {.mem_size = (tensors.size() + 1) * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true}));
    if (!shapes_) throw std::bad_alloc();
    // Copied from a file that was aligned otherwise, it would be wrong: this one is written with gguf's usual
    // alignment.
    gguf_remove_key(metadata_.get(), "general.alignment");
    for (const AdapterTensor& tensor : tensors) {
        // ggml cuts longer names, and ends the process when two are the same.
        if (tensor.name.size() >= GGML_MAX_NAME || gguf_find_tensor(metadata_.get(), tensor.name.c_str()) >= 0)
            throw Failure("pair-not-representable", tensor.name + " is too long a name for an adapter, or there twice");
        ggml_tensor* shape = ggml_new_tensor_2d(shapes_.get(), tensor.type, tensor.rowLength, tensor.rows);
        ggml_set_name(shape, tensor.name.c_str());
        gguf_add_tensor(metadata_.get(), shape);
    }
    file_.open(pathOf(path), std::ios::binary | std::ios::trunc);
    metadataBytes_ = gguf_get_meta_size(metadata());
    writeMetadata();
    fileBytes_ = metadataBytes_;
    for (const AdapterTensor& tensor : tensors) {
        fileBytes_ += GGML_PAD(ggml_row_size(tensor.type, tensor.rowLength) * static_cast<uint64_t>(tensor.rows),
                               gguf_get_alignment(metadata()));
    }
}

void AdapterWriter::writeMetadata() {
    const std::vector<char> bytes = metadataBytes(metadata());
    if (bytes.size() != metadataBytes_) throw std::logic_error("the metadata changed its size");
    file_.seekp(0);
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file_) throw Failure("write-failed", fileName(path_) + " cannot be written");
}

void AdapterWriter::append(const void* data, uint64_t bytes) {
    file_.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
    if (!file_) throw Failure("write-failed", fileName(path_) + " cannot be written");
    written_ += bytes;
}

void AdapterWriter::endTensor() {
    if (written_ != gguf_get_tensor_size(metadata(), static_cast<int64_t>(tensor_))) {
        throw std::logic_error("a tensor is not whole");
    }
    const uint64_t padded = GGML_PAD(written_, gguf_get_alignment(metadata()));
    const std::vector<char> zeros(padded - written_);
    if (!zeros.empty()) append(zeros.data(), zeros.size());
    written_ = 0;
    ++tensor_;
}

void AdapterWriter::finish() {
    if (static_cast<int64_t>(tensor_) != gguf_get_n_tensors(metadata())) throw std::logic_error("tensors are missing");
    writeMetadata();
    file_.close();
    if (!file_) throw Failure("write-failed", fileName(path_) + " cannot be written");
}

void rewriteMetadata(const std::string& path, void (*change)(gguf_context*, const void*), const void* data) {
    const LlamaLog log;
    ggml_context* shapes = nullptr;
    const GgufPointer gguf(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = &shapes}), gguf_free);
    const std::unique_ptr<ggml_context, decltype(&ggml_free)> owned(shapes, ggml_free);
    if (!gguf) throw Failure("model-unreadable", log.lastErrors());
    const size_t before = gguf_get_meta_size(gguf.get());
    change(gguf.get(), data);
    // gguf puts what is set at the end. These two say the form: kept last, a delta and one that was expanded from its
    // compact form are the same file.
    for (const char* key : {"adapter.type", "facet.delta.form"}) {
        const int64_t at = gguf_find_key(gguf.get(), key);
        if (at < 0 || gguf_get_kv_type(gguf.get(), at) != GGUF_TYPE_STRING) continue;
        const std::string value = gguf_get_val_str(gguf.get(), at);
        gguf_set_val_str(gguf.get(), key, value.c_str());
    }
    const std::vector<char> bytes = metadataBytes(gguf.get());
    if (bytes.size() != before) throw std::logic_error("the metadata changed its size");
    std::fstream file(pathOf(path), std::ios::binary | std::ios::in | std::ios::out);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) throw Failure("write-failed", fileName(path) + " cannot be written");
}

}  // namespace facet
