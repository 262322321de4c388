#include "core/Backend.h"

#include "core/Failure.h"
#include "core/LlamaLog.h"
#include "ggml-backend.h"
#include "llama.h"

namespace facet {

void loadBackends(const std::string& librariesFolder) {
    if (ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) != nullptr) return;
    {
        const LlamaLog log;
        ggml_backend_load_all_from_path(librariesFolder.c_str());
        if (ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) == nullptr) {
            throw Failure("engine-unusable", "no CPU back end in " + librariesFolder + ": " + log.lastErrors());
        }
    }
    llama_backend_init();
    // From here on nothing is said but to a LlamaLog: this process has no terminal.
    llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
}

}  // namespace facet
