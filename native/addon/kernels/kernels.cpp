// facet-kernels.node for the engine process. Its type: electron/engine/deltaKernels.ts.
#include <napi.h>

#include "core/kernels/CpuBackend.h"

namespace facet {

namespace {

Napi::Value joinCpuBackendCall(const Napi::CallbackInfo& info) {
    const KernelState& state = joinCpuBackend();
    Napi::Object value = Napi::Object::New(info.Env());
    value.Set("isActive", state.isActive);
    value.Set("instructionSet", state.instructionSet);
    value.Set("reason", state.reason);
    return value;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    exports.Set("joinCpuBackend", Napi::Function::New(env, joinCpuBackendCall));
    return exports;
}

}  // namespace

NODE_API_MODULE(facet_kernels, init)

}  // namespace facet
