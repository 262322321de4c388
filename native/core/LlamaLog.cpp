#include "core/LlamaLog.h"

#include "llama.h"

namespace facet {

namespace {

/** Enough for a reason, little enough for a message on screen. */
constexpr size_t kLinesKept = 4;
constexpr size_t kLineLimit = 500;

void keep(std::deque<std::string>& lines, const char* text) {
    std::string line(text);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.find_first_not_of("=\n ") == std::string::npos) return;
    lines.push_back(line.substr(0, kLineLimit));
    if (lines.size() > kLinesKept) lines.pop_front();
}

}  // namespace

LlamaLog::LlamaLog(Listener listener) : listener_(std::move(listener)) {
    llama_log_get(&previousCallback_, &previousData_);
    llama_log_set(receive, this);
}

LlamaLog::~LlamaLog() { llama_log_set(previousCallback_, previousData_); }

std::string LlamaLog::lastErrors() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const std::string& line : errors_.empty() ? warnings_ : errors_) {
        if (!all.empty()) all += "; ";
        all += line;
    }
    return all.empty() ? "llama.cpp gave no reason" : all;
}

void LlamaLog::receive(ggml_log_level level, const char* text, void* self) {
    auto* log = static_cast<LlamaLog*>(self);
    // Called from C, also from ggml's threads: nothing may be thrown through it.
    try {
        const std::lock_guard lock(log->mutex_);
        if (level != GGML_LOG_LEVEL_CONT) log->lastWasError_ = level == GGML_LOG_LEVEL_ERROR;
        if (level == GGML_LOG_LEVEL_ERROR || (level == GGML_LOG_LEVEL_CONT && log->lastWasError_)) {
            keep(log->errors_, text);
        } else if (level == GGML_LOG_LEVEL_WARN) {
            keep(log->warnings_, text);
        }
        if (log->listener_) log->listener_(text);
    } catch (...) {
        // A line lost is better than a process lost.
    }
}

}  // namespace facet
