// facet-kernels.node for the engine process. Its type: electron/engine/deltaKernels.ts.
#include <napi.h>

#include "addon/calls.h"
#include "core/kernels/CpuBackend.h"

#if defined(_WIN32)
#include "windows/imports.h"
#endif

namespace facet {

namespace {

Napi::Value joinCpuBackendCall(const Napi::CallbackInfo& info) {
    const KernelState& state = joinCpuBackend(usableKernels());
    return objectOf(info.Env(), "isActive", state.isActive, "instructionSet", state.instructionSet, "reason",
                    state.reason, "cause", state.cause);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
#if defined(_WIN32)
    bindLibraries();
#endif
    exportFunction(env, exports, "joinCpuBackend", joinCpuBackendCall);
    return exports;
}

}  // namespace

NODE_API_MODULE(facet_kernels, init)

}  // namespace facet
