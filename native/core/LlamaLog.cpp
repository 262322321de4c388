#include "core/LlamaLog.h"

#include <atomic>
#include <mutex>

#include "llama.h"

namespace facet {

namespace {

/** Enough for a reason, little enough for a message on screen. */
constexpr size_t kLinesKept = 4;
constexpr size_t kLineLimit = 500;

std::mutex registration;
int living = 0;
/** Who had the log before the first of those that live. Read by other threads while they log. */
std::atomic<ggml_log_callback> previousCallback = nullptr;
std::atomic<void*> previousData = nullptr;

void keep(std::deque<std::string>& lines, const char* text) {
    std::string line(text);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.find_first_not_of("=\n ") == std::string::npos) return;
    lines.push_back(line.substr(0, kLineLimit));
    if (lines.size() > kLinesKept) lines.pop_front();
}

}  // namespace

namespace {

thread_local LlamaLog* current = nullptr;

}  // namespace

LlamaLog::LlamaLog(Listener listener) : listener_(std::move(listener)), outer_(current) {
    const std::lock_guard lock(registration);
    if (living++ == 0) {
        ggml_log_callback callback = nullptr;
        void* data = nullptr;
        llama_log_get(&callback, &data);
        previousCallback = callback;
        previousData = data;
        llama_log_set(dispatch, nullptr);
    }
    current = this;
}

LlamaLog::~LlamaLog() {
    current = outer_;
    const std::lock_guard lock(registration);
    if (--living == 0) llama_log_set(previousCallback, previousData);
}

std::string LlamaLog::lastErrors() const {
    std::string all;
    for (const std::string& line : errors_.empty() ? warnings_ : errors_) {
        if (!all.empty()) all += "; ";
        all += line;
    }
    return all.empty() ? "llama.cpp gave no reason" : all;
}

void LlamaLog::dispatch(ggml_log_level level, const char* text, void*) {
    if (current != nullptr) {
        current->receive(level, text);
    } else if (const ggml_log_callback callback = previousCallback; callback != nullptr) {
        callback(level, text, previousData);
    }
}

void LlamaLog::receive(ggml_log_level level, const char* text) {
    // Called from C: nothing may be thrown through it.
    try {
        if (level != GGML_LOG_LEVEL_CONT) lastWasError_ = level == GGML_LOG_LEVEL_ERROR;
        if (level == GGML_LOG_LEVEL_ERROR || (level == GGML_LOG_LEVEL_CONT && lastWasError_)) {
            keep(errors_, text);
        } else if (level == GGML_LOG_LEVEL_WARN) {
            keep(warnings_, text);
        }
        if (listener_) listener_(text);
    } catch (...) {
        if (!problem_) problem_ = std::current_exception();
    }
}

}  // namespace facet
