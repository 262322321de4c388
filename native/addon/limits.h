// What calls may ask for.
#pragma once

#include <cstdint>

namespace facet {

/** A chunk of text that models are measured on. */
constexpr uint32_t kChunkTokensLeast = 32;
/** Of one sequence: the longest that llama.cpp's models have, and little enough for 32-bit arithmetic. */
constexpr uint32_t kContextTokensMost = 1U << 20;

}  // namespace facet
