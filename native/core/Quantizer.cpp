#include "core/Quantizer.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "core/Failure.h"
#include "core/FileType.h"
#include "core/LlamaLog.h"

namespace facet {

namespace {

/** "[  12/ 272] blk.0.ffn_up.weight  - [   576,   1536,      1,      1], type =    f16, size = … (q5_0)" */
bool parseTensorLine(std::string_view line, TensorPlan& plan) {
    if (!line.starts_with("[")) return false;
    const size_t nameStart = line.find("] ");
    const size_t shapeStart = line.rfind(" - [");
    const size_t typeStart = line.find("], type = ", shapeStart);
    if (nameStart == std::string_view::npos || shapeStart == std::string_view::npos ||
        typeStart == std::string_view::npos || shapeStart < nameStart + 2) {
        return false;
    }
    std::string_view name = line.substr(nameStart + 2, shapeStart - nameStart - 2);
    while (name.ends_with(' ')) name.remove_suffix(1);
    plan.name = name;
    const std::string shape(line.substr(shapeStart + 4, typeStart - shapeStart - 4));
    if (std::sscanf(shape.c_str(), "%" SCNd64 ", %" SCNd64 ", %" SCNd64 ", %" SCNd64, &plan.shape[0], &plan.shape[1],
                    &plan.shape[2], &plan.shape[3]) != 4) {
        return false;
    }
    std::string_view type = line.substr(typeStart + 10);
    type = type.substr(0, type.find(','));
    while (type.starts_with(' ')) type.remove_prefix(1);
    plan.sourceType = tensorTypeFromName(std::string(type));
    if (plan.sourceType == GGML_TYPE_COUNT) return false;

    plan.targetType = plan.sourceType;
    if (const size_t open = line.rfind(" MiB ("); open != std::string_view::npos) {
        std::string_view target = line.substr(open + 6);
        plan.targetType = tensorTypeFromName(std::string(target.substr(0, target.find(')'))));
        if (plan.targetType == GGML_TYPE_COUNT) return false;
    }
    const auto rows = static_cast<uint64_t>(plan.shape[1] * plan.shape[2] * plan.shape[3]);
    plan.sourceBytes = rows * ggml_row_size(plan.sourceType, plan.shape[0]);
    plan.targetBytes = rows * ggml_row_size(plan.targetType, plan.shape[0]);
    return true;
}

llama_model_kv_override metadataEntry(const std::string& key, const std::string& value) {
    llama_model_kv_override entry{};
    entry.tag = LLAMA_KV_OVERRIDE_TYPE_STR;
    std::snprintf(entry.key, sizeof(entry.key), "%s", key.c_str());
    std::snprintf(entry.val_str, sizeof(entry.val_str), "%s", value.c_str());
    return entry;
}

llama_model_kv_override metadataEntry(const char* key, int64_t value) {
    llama_model_kv_override entry{};
    entry.tag = LLAMA_KV_OVERRIDE_TYPE_INT;
    std::snprintf(entry.key, sizeof(entry.key), "%s", key);
    entry.val_i64 = value;
    return entry;
}

}  // namespace

std::vector<TensorPlan> planQuantize(const std::string& source, llama_ftype fileType, bool calibrated) {
    std::vector<TensorPlan> plans;
    std::string line;
    const LlamaLog log([&](const char* text) {
        line += text;
        if (!line.ends_with('\n')) return;
        if (TensorPlan plan; parseTensorLine(line, plan)) plans.push_back(std::move(plan));
        line.clear();
    });
    // A dry run only asks whether there is a matrix.
    const float one = 1;
    const std::array<llama_model_imatrix_data, 2> placeholder{{{"facet", &one, 1}, {nullptr, nullptr, 0}}};
    llama_model_quantize_params params = llama_model_quantize_default_params();
    params.ftype = fileType;
    params.allow_requantize = true;
    params.dry_run = true;
    params.nthread = 1;
    if (calibrated) params.imatrix = placeholder.data();
    if (llama_model_quantize(source.c_str(), "", &params) != 0) throw Failure("model-unreadable", log.lastErrors());
    log.rethrow();
    if (plans.empty()) throw Failure("model-unreadable", "the file has no weights");
    return plans;
}

void quantize(const QuantizeOptions& options, const ProgressSink& report) {
    Progress progress;
    progress.total = options.sourceBytes;

    std::vector<llama_model_kv_override> metadata;
    for (const auto& [key, value] : options.metadata) metadata.push_back(metadataEntry(key, value));
    std::map<std::string, std::vector<float>> means;
    std::vector<llama_model_imatrix_data> importance;
    if (options.importance != nullptr) {
        means = options.importance->meanSquares();
        for (const auto& [name, values] : means) importance.push_back({name.c_str(), values.data(), values.size()});
        importance.push_back({nullptr, nullptr, 0});
        // The keys that llama-quantize writes too.
        metadata.push_back(metadataEntry("quantize.imatrix.entries_count", static_cast<int64_t>(means.size())));
        if (options.importance->chunkCount > 0) {
            metadata.push_back(metadataEntry("quantize.imatrix.chunks_count", options.importance->chunkCount));
        }
        if (!options.importance->datasets.empty()) {
            metadata.push_back(metadataEntry("quantize.imatrix.dataset", options.importance->datasets.front()));
        }
    }
    metadata.emplace_back();  // an empty key ends the list

    // Each tensor's line begins when it begins, and is completed when it is done.
    TensorPlan current;
    std::string line;
    const LlamaLog log([&](const char* text) {
        line += text;
        if (line.ends_with('\n')) {
            progress.done += std::exchange(current.sourceBytes, 0);
            line.clear();
        } else if (parseTensorLine(line, current)) {
            progress.item = current.name;
            report(progress);
        }
    });

    llama_model_quantize_params params = llama_model_quantize_default_params();
    params.ftype = options.fileType;
    params.nthread = options.threads;
    params.allow_requantize = options.allowRequantize;
    params.max_buf_size = options.bufferBytes;
    params.kv_overrides = metadata.data();
    if (!importance.empty()) params.imatrix = importance.data();
    if (llama_model_quantize(options.source.c_str(), options.target.c_str(), &params) != 0) {
        throw Failure("quantize-failed", log.lastErrors());
    }
    log.rethrow();
    progress.done = progress.total;
    report(progress);
}

}  // namespace facet
