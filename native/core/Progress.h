// How far a job is, as its native part reports it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace facet {

struct Progress {
    /** Work done and to do, in the unit of the job: bytes of the source, or tokens. */
    uint64_t done = 0;
    uint64_t total = 0;
    /** What is under way: a tensor, or the name of a model file. */
    std::string item;
};

using ProgressSink = std::function<void(const Progress&)>;

}  // namespace facet
