// Collects an importance matrix while a model reads a text: llama.cpp shows each matrix product to a callback, and
// the squares of its input are summed per column. The same sums in the same order as llama-imatrix, but each pass ends
// after the last product that counts: the output head, a third of a small model's work, is not computed.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "core/ImportanceMatrix.h"
#include "core/Progress.h"
#include "ggml.h"

namespace facet {

struct ImportanceOptions {
    std::string model;
    /** Read one after the other, each up to chunkLimit. */
    std::vector<std::string> texts;
    /** What the file says about the texts: names, never paths. */
    std::string datasetName;
    int threads = 1;
    uint32_t chunkTokens = 512;
    /** Chunks of each text; 0 = all of it. */
    uint32_t chunkLimit = 0;
};

/** Throws Failure "text-too-short", "model-unreadable", "model-damaged" when activations are not finite. */
ImportanceMatrix collectImportance(const ImportanceOptions& options, const ProgressSink& report);

class ImportanceCollector {
  public:
    /** For llama_context_params.cb_eval; `self` is the collector. Throws nothing. */
    static bool callback(ggml_tensor* tensor, bool ask, void* self);

    /** Call after the first batch: from then on passes end early. */
    void endFirstBatch();

    /** Whether nothing more is collected, and why: what was thrown inside the callback. */
    bool hasFailed() const { return problem_ != nullptr; }
    void rethrow() const {
        if (problem_) std::rethrow_exception(problem_);
    }
    ImportanceMatrix take() { return std::move(matrix_); }

  private:
    bool wants(const ggml_tensor* tensor) const;
    bool isLastOfPass(const std::string& weight);
    void collect(const ggml_tensor* product);
    void collectDense(const ggml_tensor* product, const char* data);
    void collectExperts(const ggml_tensor* product, const char* data);

    ImportanceMatrix matrix_;
    std::exception_ptr problem_;
    /** Weights in the order in which a pass uses them, to know the last one. */
    std::vector<std::string> order_;
    size_t position_ = 0;
    enum class Order { kLearning, kKnown, kUnsteady } orderState_ = Order::kLearning;
    std::vector<char> activations_;
    std::vector<char> expertIds_;
};

}  // namespace facet
