// The two forms of a 1-bit delta: the full one, an ordinary llama.cpp adapter, and the compact one without the Hadamard
// factors, which are the same for everybody. One becomes the other without loss.
#pragma once

#include <cstdint>
#include <string>

namespace facet {

/** Writes `target` in the form asked for; returns its bytes. Throws Failure "delta-damaged", "write-failed". */
uint64_t convertForm(const std::string& source, const std::string& target, bool isCompact);

}  // namespace facet
