// A model loaded for measuring, with one context. Frees both in the right order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ggml-backend.h"
#include "llama.h"

namespace facet {

struct SessionOptions {
    std::string path;
    int threads = 1;
    /** Context size of one sequence. */
    uint32_t contextTokens = 512;
    /** Sequences evaluated side by side at most; fewer where the vocabulary is so large that their logits would not
     * fit. */
    uint32_t sequencesAtMost = 1;
    /** Rows of logits that one sequence asks for at once. */
    uint32_t outputRows = 512;
    /** Check each weight for NaN and the like while loading. */
    bool checkTensors = false;
    ggml_backend_sched_eval_callback evalCallback = nullptr;
    void* evalCallbackData = nullptr;
};

class ModelSession {
  public:
    /** Throws Failure "model-unreadable" or "out-of-memory". */
    explicit ModelSession(const SessionOptions& options);

    llama_context* context() const { return context_.get(); }
    const llama_model* model() const { return model_.get(); }
    const llama_vocab* vocabulary() const { return llama_model_get_vocab(model_.get()); }
    int32_t vocabularySize() const { return llama_vocab_n_tokens(vocabulary()); }
    uint32_t sequences() const { return sequences_; }

    /**
     * The text as tokens, with the model's own first token when it has one. `withControl`: words like <start_of_turn>
     * count as the tokens they name. Throws Failure "text-invalid".
     */
    std::vector<llama_token> tokenize(const std::string& text, bool withControl = false) const;

    /** Throws Failure "evaluation-failed". */
    void decode(const llama_batch& batch);

    void clearMemory();

    /** Adds a LoRA adapter, not yet in effect. Throws Failure "delta-damaged". */
    void addAdapter(const std::string& path);
    /** One scale for each adapter, in the order they were added; with scale 0 an adapter is not evaluated. */
    void setAdapterScales(const std::vector<float>& scales);

  private:
    std::unique_ptr<llama_model, decltype(&llama_model_free)> model_;
    std::unique_ptr<llama_context, decltype(&llama_free)> context_;
    /** Freed with the model. */
    std::vector<llama_adapter_lora*> adapters_;
    uint32_t sequences_ = 1;
};

/** A batch of tokens with explicit positions and sequences. */
class TokenBatch {
  public:
    explicit TokenBatch(int32_t capacity) : capacity_(capacity), batch_(llama_batch_init(capacity, 0, 1)) {}
    ~TokenBatch() { llama_batch_free(batch_); }
    TokenBatch(const TokenBatch&) = delete;
    TokenBatch& operator=(const TokenBatch&) = delete;

    void clear() { batch_.n_tokens = 0; }
    /** Throws std::length_error beyond the capacity. */
    void add(llama_token token, llama_pos position, llama_seq_id sequence, bool wantsLogits);
    const llama_batch& get() const { return batch_; }

  private:
    int32_t capacity_;
    llama_batch batch_;
};

}  // namespace facet
