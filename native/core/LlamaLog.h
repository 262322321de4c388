// Takes what llama.cpp logs on this thread for as long as it lives: the only progress, and the only reason for a
// failure, that llama.cpp gives. llama.cpp has one log for the process, so all of these share one callback that finds
// its way by thread; other threads' words go on to whoever had the log before.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <string>

#include "ggml.h"

namespace facet {

class LlamaLog {
  public:
    /** Receives each piece of text as llama.cpp writes it; a line may come in several. */
    using Listener = std::function<void(const char*)>;

    explicit LlamaLog(Listener listener = nullptr);
    /** On the thread that made it; the one made last goes first. */
    ~LlamaLog();
    LlamaLog(const LlamaLog&) = delete;
    LlamaLog& operator=(const LlamaLog&) = delete;

    /** The last errors, or where there were none the last warnings, in one line. */
    std::string lastErrors() const;

    /** Throws again what the listener threw first: it cannot pass through llama.cpp, which calls it. */
    void rethrow() const {
        if (problem_) std::rethrow_exception(problem_);
    }

  private:
    static void dispatch(ggml_log_level level, const char* text, void*);
    void receive(ggml_log_level level, const char* text);

    Listener listener_;
    std::deque<std::string> errors_;
    std::deque<std::string> warnings_;
    bool lastWasError_ = false;
    std::exception_ptr problem_;
    LlamaLog* outer_;
};

}  // namespace facet
