// Takes llama.cpp's log for as long as it lives: its lines are the only progress and the only reason for a failure
// that llama.cpp gives. The log is one for the process, so only one of these may live at a time.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "ggml.h"

namespace facet {

class LlamaLog {
  public:
    /** Receives each piece of text as llama.cpp writes it; a line may come in several. */
    using Listener = std::function<void(const char*)>;

    explicit LlamaLog(Listener listener = nullptr);
    ~LlamaLog();
    LlamaLog(const LlamaLog&) = delete;
    LlamaLog& operator=(const LlamaLog&) = delete;

    /** The last errors, or where there were none the last warnings, in one line. */
    std::string lastErrors() const;

  private:
    static void receive(ggml_log_level level, const char* text, void* self);

    Listener listener_;
    mutable std::mutex mutex_;
    std::deque<std::string> errors_;
    std::deque<std::string> warnings_;
    bool lastWasError_ = false;
    ggml_log_callback previousCallback_ = nullptr;
    void* previousData_ = nullptr;
};

}  // namespace facet
