// Spreads independent pieces of work over threads; the first exception is thrown again on the caller's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace facet {

/** Calls work(index, thread) for each index below `count`; pieces are handed out in order. */
template <typename Work>
void inParallel(int64_t count, int threads, const Work& work) {
    std::atomic<int64_t> next = 0;
    std::mutex mutex;
    std::exception_ptr problem;
    const auto loop = [&](int thread) {
        try {
            for (int64_t i = next++; i < count; i = next++) work(i, thread);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!problem) problem = std::current_exception();
            next = count;
        }
    };
    std::vector<std::thread> helpers;
    for (int thread = 1; thread < threads && thread < count; ++thread) helpers.emplace_back(loop, thread);
    loop(0);
    for (std::thread& helper : helpers) helper.join();
    if (problem) std::rethrow_exception(problem);
}

}  // namespace facet
