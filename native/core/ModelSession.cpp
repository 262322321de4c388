#include "core/ModelSession.h"

#include <algorithm>
#include <stdexcept>

#include "core/Failure.h"
#include "core/LlamaLog.h"

namespace facet {

namespace {

/** Memory for the logits of one batch. */
constexpr uint64_t kLogitsLimitBytes = 512ull << 20;

}  // namespace

ModelSession::ModelSession(const SessionOptions& options)
    : model_(nullptr, llama_model_free), context_(nullptr, llama_free) {
    const LlamaLog log;
    llama_model_params modelParams = llama_model_default_params();
    modelParams.n_gpu_layers = 0;
    modelParams.check_tensors = options.checkTensors;
    model_.reset(llama_model_load_from_file(options.path.c_str(), modelParams));
    if (!model_) throw Failure("model-unreadable", log.lastErrors());
    if (llama_model_has_encoder(model_.get()) || !llama_model_has_decoder(model_.get())) {
        throw Failure("model-not-measurable", "not a text model that predicts the next token");
    }

    const uint64_t sequenceBytes =
        uint64_t{options.outputRows} * static_cast<uint64_t>(vocabularySize()) * sizeof(float);
    const uint64_t fitting = kLogitsLimitBytes / std::max<uint64_t>(sequenceBytes, 1);
    sequences_ = static_cast<uint32_t>(std::clamp<uint64_t>(fitting, 1, options.sequencesAtMost));

    llama_context_params params = llama_context_default_params();
    params.n_ctx = sequences_ * options.contextTokens;
    params.n_batch = params.n_ctx;
    params.n_seq_max = sequences_;
    params.n_threads = options.threads;
    params.n_threads_batch = options.threads;
    params.cb_eval = options.evalCallback;
    params.cb_eval_user_data = options.evalCallbackData;
    params.no_perf = true;
    context_.reset(llama_init_from_model(model_.get(), params));
    if (!context_) throw Failure("out-of-memory", log.lastErrors());
}

std::vector<llama_token> ModelSession::tokenize(const std::string& text, bool withControl) const {
    const auto length = static_cast<int32_t>(text.size());
    const int32_t needed = llama_tokenize(vocabulary(), text.data(), length, nullptr, 0, true, withControl);
    if (needed == 0 || needed == INT32_MIN) throw Failure("text-invalid", "the text gives no tokens");
    std::vector<llama_token> tokens(static_cast<size_t>(-needed));
    const int32_t got = llama_tokenize(vocabulary(), text.data(), length, tokens.data(),
                                       static_cast<int32_t>(tokens.size()), true, withControl);
    if (got < 0) throw Failure("text-invalid", "the text cannot be tokenized");
    tokens.resize(static_cast<size_t>(got));
    return tokens;
}

void ModelSession::decode(const llama_batch& batch) {
    const int32_t status = llama_decode(context_.get(), batch);
    if (status != 0) throw Failure("evaluation-failed", "llama_decode returned " + std::to_string(status));
    llama_synchronize(context_.get());
}

void ModelSession::clearMemory() { llama_memory_clear(llama_get_memory(context_.get()), true); }

void ModelSession::addAdapter(const std::string& path) {
    const LlamaLog log;
    llama_adapter_lora* adapter = llama_adapter_lora_init(model_.get(), path.c_str());
    if (adapter == nullptr) throw Failure("delta-damaged", log.lastErrors());
    adapters_.push_back(adapter);
}

void ModelSession::setAdapterScales(const std::vector<float>& scales) {
    std::vector<llama_adapter_lora*> used;
    std::vector<float> usedScales;
    for (size_t i = 0; i < adapters_.size() && i < scales.size(); ++i) {
        if (scales[i] == 0) continue;
        used.push_back(adapters_[i]);
        usedScales.push_back(scales[i]);
    }
    if (llama_set_adapters_lora(context_.get(), used.data(), used.size(), usedScales.data()) != 0) {
        throw Failure("evaluation-failed", "the adapters cannot be set");
    }
}

void TokenBatch::add(llama_token token, llama_pos position, llama_seq_id sequence, bool wantsLogits) {
    if (batch_.n_tokens >= capacity_) throw std::length_error("a batch of tokens is full");
    const int32_t at = batch_.n_tokens++;
    batch_.token[at] = token;
    batch_.pos[at] = position;
    batch_.n_seq_id[at] = 1;
    batch_.seq_id[at][0] = sequence;
    batch_.logits[at] = wantsLogits ? 1 : 0;
}

}  // namespace facet
