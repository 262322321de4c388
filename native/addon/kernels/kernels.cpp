// facet-kernels.node for the engine process. Its type: electron/engine/deltaKernels.ts.
#include <napi.h>

#include "addon/calls.h"
#include "core/kernels/CpuBackend.h"

namespace facet {

namespace {

Napi::Value joinCpuBackendCall(const Napi::CallbackInfo& info) {
    const KernelState& state = joinCpuBackend(usableKernels());
    return objectOf(info.Env(), "isActive", state.isActive, "instructionSet", state.instructionSet, "reason",
                    state.reason, "cause", state.cause);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    exportFunction(env, exports, "joinCpuBackend", joinCpuBackendCall);
    return exports;
}

}  // namespace

NODE_API_MODULE(facet_kernels, init)

}  // namespace facet
