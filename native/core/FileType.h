// llama.cpp's quantization types by the names that people know them by.
#pragma once

#include <string>

#include "llama.h"

namespace facet {

/** "Q4_K_M" and the like, case as llama-quantize writes it. Throws Failure "type-unknown". */
llama_ftype fileTypeFromName(const std::string& name);

/** ggml's own tensor type name ("q4_K"), GGML_TYPE_COUNT when there is none of that name. */
ggml_type tensorTypeFromName(const std::string& name);

}  // namespace facet
