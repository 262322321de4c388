// Makes ggml's CPU back ends known, once for the process, unless node-llama-cpp did so before.
#pragma once

#include <string>

namespace facet {

/** `librariesFolder`: where libggml-cpu-*.so are. Throws Failure "engine-unusable" when none can be loaded. */
void loadBackends(const std::string& librariesFolder);

}  // namespace facet
