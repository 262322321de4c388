#include "core/ImportanceCollector.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/Failure.h"
#include "core/ModelSession.h"
#include "core/instructionSets.h"
#include "ggml-backend.h"

namespace facet {

namespace {

/** Smaller products are no batch of text (llama-imatrix leaves them out too). */
constexpr int64_t kRowsAtLeast = 16;
/** Tokens evaluated at once; several chunks side by side. */
constexpr uint32_t kBatchTokens = 2048;

FACET_EACH_INSTRUCTION_SET
void addSquares(float* sums, const float* row, int64_t width) {
    for (int64_t i = 0; i < width; ++i) sums[i] += row[i] * row[i];
}

bool allFinite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

/** "CUDA0#blk.0.attn_k.weight#0" names blk.0.attn_k.weight. */
std::string weightName(const char* name) {
    const char* start = std::strchr(name, '#');
    if (start == nullptr) return name;
    ++start;
    const char* end = std::strchr(start, '#');
    return end == nullptr ? std::string(start) : std::string(start, end);
}

/** A text goes on in the chunk in which the one before it ends, so that a short one is not lost. */
std::vector<llama_token> tokensOf(const ImportanceOptions& options, const ModelSession& session) {
    const bool addsFirst = llama_vocab_get_add_bos(session.vocabulary());
    const size_t limit = size_t{options.chunkLimit} * options.chunkTokens;
    std::vector<llama_token> all;
    for (const std::string& text : options.texts) {
        const std::vector<llama_token> tokens = session.tokenize(text);
        const auto start = tokens.begin() + (addsFirst && !all.empty() && !tokens.empty() ? 1 : 0);
        const auto left = static_cast<size_t>(tokens.end() - start);
        all.insert(all.end(), start, limit > 0 && limit < left ? start + static_cast<ptrdiff_t>(limit) : tokens.end());
    }
    return all;
}

}  // namespace

bool ImportanceCollector::callback(ggml_tensor* tensor, bool ask, void* self) {
    auto* collector = static_cast<ImportanceCollector*>(self);
    try {
        if (ask) return collector->wants(tensor);
        collector->collect(tensor);
        // false ends this pass; nothing is said about it to llama_decode, which then finds stale logits that nobody
        // reads.
        return !collector->isLastOfPass(weightName(tensor->src[0]->name));
    } catch (...) {
        if (!collector->problem_) collector->problem_ = std::current_exception();
    }
    return true;
}

bool ImportanceCollector::wants(const ggml_tensor* tensor) const {
    if (problem_) return false;
    if (tensor->op == GGML_OP_MUL_MAT_ID) return true;
    if (tensor->op != GGML_OP_MUL_MAT) return false;
    const ggml_tensor* input = tensor->src[1];
    return input->type == GGML_TYPE_F32 && input->ne[1] >= kRowsAtLeast &&
           weightName(tensor->src[0]->name).starts_with("blk.");
}

/** A batch is computed in one pass or several equal ones. */
void ImportanceCollector::endFirstBatch() {
    orderState_ = Order::kUnsteady;
    if (order_.empty()) return;
    const auto again = std::find(order_.begin() + 1, order_.end(), order_.front());
    const auto pass = static_cast<size_t>(again - order_.begin());
    if (order_.size() % pass != 0 ||
        !std::equal(order_.begin() + static_cast<ptrdiff_t>(pass), order_.end(), order_.begin())) {
        return;
    }
    order_.resize(pass);
    orderState_ = Order::kKnown;
}

/** Once a pass does not go the way of the first, all are computed whole. */
bool ImportanceCollector::isLastOfPass(const std::string& weight) {
    if (orderState_ == Order::kLearning) order_.push_back(weight);
    if (orderState_ != Order::kKnown) return false;
    if (order_[position_] != weight) {
        orderState_ = Order::kUnsteady;
        return false;
    }
    position_ = (position_ + 1) % order_.size();
    return position_ == 0;
}

void ImportanceCollector::collect(const ggml_tensor* product) {
    const ggml_tensor* input = product->src[1];
    if (input->nb[0] != sizeof(float)) throw Failure("model-damaged", "an input is not contiguous");
    const char* data = static_cast<const char*>(input->data);
    if (!ggml_backend_buffer_is_host(input->buffer)) {
        activations_.resize(ggml_nbytes(input));
        ggml_backend_tensor_get(input, activations_.data(), 0, activations_.size());
        data = activations_.data();
    }
    if (product->op == GGML_OP_MUL_MAT_ID) {
        collectExperts(product, data);
    } else {
        collectDense(product, data);
    }
}

void ImportanceCollector::collectDense(const ggml_tensor* product, const char* data) {
    const ggml_tensor* weight = product->src[0];
    const ggml_tensor* input = product->src[1];
    const int64_t width = input->ne[0];
    const int64_t matrices = weight->ne[2] * weight->ne[3];
    const std::string name = weightName(weight->name);
    ImportanceEntry& entry = matrix_.entries[name];
    if (entry.sums.empty()) {
        entry.sums.resize(static_cast<size_t>(width * matrices), 0);
        entry.counts.resize(1, 0);
    } else if (entry.sums.size() != static_cast<size_t>(width * matrices)) {
        throw Failure("model-damaged", name + " has inputs of two sizes");
    }
    for (int64_t i3 = 0; i3 < input->ne[3]; ++i3) {
        for (int64_t i2 = 0; i2 < input->ne[2]; ++i2) {
            // A flat weight may be used with activations of more dimensions.
            const int64_t matrix = (i3 % weight->ne[3]) * weight->ne[2] + (i2 % weight->ne[2]);
            float* sums = entry.sums.data() + matrix * width;
            for (int64_t row = 0; row < input->ne[1]; ++row) {
                const char* at = data + row * input->nb[1] + i2 * input->nb[2] + i3 * input->nb[3];
                addSquares(sums, reinterpret_cast<const float*>(at), width);
            }
        }
    }
    if (!allFinite(entry.sums)) throw Failure("model-damaged", name + " gets inputs that are not finite");
    for (int64_t& count : entry.counts) count += ggml_nrows(input) / matrices;
}

void ImportanceCollector::collectExperts(const ggml_tensor* product, const char* data) {
    const ggml_tensor* weight = product->src[0];
    const ggml_tensor* input = product->src[1];  // width × experts used (or 1) × tokens
    const ggml_tensor* ids = product->src[2];    // experts used × tokens
    const int64_t width = input->ne[0];
    const int64_t experts = weight->ne[2];
    const int64_t tokens = input->ne[2];
    const std::string name = weightName(weight->name);
    if (ids->ne[1] != tokens || input->ne[3] != 1)
        throw Failure("model-damaged", name + " has an unknown expert layout");
    expertIds_.resize(ggml_nbytes(ids));
    ggml_backend_tensor_get(ids, expertIds_.data(), 0, expertIds_.size());

    ImportanceEntry& entry = matrix_.entries[name];
    if (entry.sums.empty()) {
        entry.sums.resize(static_cast<size_t>(width * experts), 0);
        entry.counts.resize(static_cast<size_t>(experts), 0);
    } else if (entry.sums.size() != static_cast<size_t>(width * experts) ||
               entry.counts.size() != static_cast<size_t>(experts)) {
        throw Failure("model-damaged", name + " has inputs of two sizes");
    }
    for (int64_t slot = 0; slot < ids->ne[0]; ++slot) {
        for (int64_t token = 0; token < tokens; ++token) {
            int32_t expert = 0;
            std::memcpy(&expert, expertIds_.data() + token * ids->nb[1] + slot * ids->nb[0], sizeof(expert));
            if (expert < 0 || expert >= experts)
                throw Failure("model-damaged", name + " names an expert that is not there");
            const char* at = data + (slot % input->ne[1]) * input->nb[1] + token * input->nb[2];
            addSquares(entry.sums.data() + expert * width, reinterpret_cast<const float*>(at), width);
            ++entry.counts[static_cast<size_t>(expert)];
        }
    }
    if (!allFinite(entry.sums)) throw Failure("model-damaged", name + " gets inputs that are not finite");
}

ImportanceMatrix collectImportance(const ImportanceOptions& options, const ProgressSink& report) {
    ImportanceCollector collector;
    ModelSession session({
        .path = options.model,
        .threads = options.threads,
        .contextTokens = options.chunkTokens,
        .sequencesAtMost = std::max(1U, kBatchTokens / options.chunkTokens),
        .outputRows = options.chunkTokens,
        .evalCallback = ImportanceCollector::callback,
        .evalCallbackData = &collector,
    });
    const uint32_t sequences = session.sequences();
    const bool addsFirst = llama_vocab_get_add_bos(session.vocabulary());
    const llama_token first = llama_vocab_bos(session.vocabulary());
    const std::vector<llama_token> tokens = tokensOf(options, session);
    const auto chunks = static_cast<uint32_t>(tokens.size() / options.chunkTokens);
    if (chunks < 2) {
        throw Failure("text-too-short", std::to_string(tokens.size()) + " tokens; at least " +
                                            std::to_string(2 * options.chunkTokens) + " are needed");
    }
    TokenBatch batch(static_cast<int32_t>(sequences * options.chunkTokens));
    for (uint32_t chunk = 0, together = 0; chunk < chunks; chunk += together) {
        // A rest that does not fill the batch goes one by one: llama.cpp would split it into passes of which the last
        // has a few tokens only, and those would not be counted.
        together = chunks - chunk >= sequences ? sequences : 1;
        report({.done = uint64_t{chunk} * options.chunkTokens,
                .total = uint64_t{chunks} * options.chunkTokens,
                .item = ""});
        session.clearMemory();
        batch.clear();
        for (uint32_t sequence = 0; sequence < together; ++sequence) {
            const llama_token* start = tokens.data() + size_t{chunk + sequence} * options.chunkTokens;
            for (uint32_t i = 0; i < options.chunkTokens; ++i) {
                // All outputs are asked for: without them the last layer would see only the last token.
                batch.add(i == 0 && addsFirst ? first : start[i], static_cast<llama_pos>(i),
                          static_cast<llama_seq_id>(sequence), true);
            }
        }
        session.decode(batch.get());
        if (chunk == 0) collector.endFirstBatch();
        collector.rethrow();
    }
    report(
        {.done = uint64_t{chunks} * options.chunkTokens, .total = uint64_t{chunks} * options.chunkTokens, .item = ""});

    ImportanceMatrix matrix = collector.take();
    if (matrix.entries.empty()) throw Failure("model-not-measurable", "the model shows no weight matrices");
    matrix.chunkCount = chunks;
    matrix.chunkTokens = options.chunkTokens;
    matrix.datasets = {options.datasetName};
    return matrix;
}

}  // namespace facet
