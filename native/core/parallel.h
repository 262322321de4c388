// Spreads independent pieces of work over threads; the first exception stops them all and is thrown again on the
// caller's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace facet {

/**
 * Calls work(index, thread) for each index below `count`; pieces are handed out in order. The caller's thread works
 * too. Where the system has no thread left to give, those that there are do all of it.
 */
template <typename Work>
void inParallel(int64_t count, int threads, const Work& work) {
    std::atomic<int64_t> next = 0;
    std::stop_source stop;
    std::mutex mutex;
    std::exception_ptr problem;
    const auto loop = [&](int thread) {
        try {
            for (int64_t i = next++; i < count && !stop.stop_requested(); i = next++) work(i, thread);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!problem) problem = std::current_exception();
            stop.request_stop();
        }
    };
    {
        std::vector<std::jthread> helpers;
        try {
            for (int thread = 1; thread < threads && thread < count; ++thread) helpers.emplace_back(loop, thread);
        } catch (const std::exception&) {
            // No thread, or no memory for one.
        }
        loop(0);
    }
    if (problem) std::rethrow_exception(problem);
}

}  // namespace facet
