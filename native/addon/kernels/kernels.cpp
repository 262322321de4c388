// facet-kernels.node for the engine process. Its type: electron/engine/kernelsAddon.ts.
#include <napi.h>

#include "addon/calls.h"
#include "core/devices/GpuDevices.h"
#include "core/kernels/CpuBackend.h"

namespace facet {

namespace {

Napi::Value joinCpuBackendCall(const Napi::CallbackInfo& info) {
    const KernelState& state = joinCpuBackend(usableKernels());
    return objectOf(info.Env(), "isActive", state.isActive, "instructionSet", state.instructionSet, "reason",
                    state.reason, "cause", state.cause);
}

/** Of the library at the path that is given. */
Napi::Value gpuDevicesCall(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const std::string library = info.Length() > 0 && info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "";
    Napi::Array list = Napi::Array::New(env);
    for (const GpuDevice& device : gpuDevices(library)) {
        list.Set(list.Length(), objectOf(env, "name", device.name, "isIntegrated", device.isIntegrated, "totalBytes",
                                         device.totalBytes, "freeBytes", device.freeBytes));
    }
    return list;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    exportFunction(env, exports, "joinCpuBackend", joinCpuBackendCall);
    exportFunction(env, exports, "gpuDevices", gpuDevicesCall);
    return exports;
}

}  // namespace

NODE_API_MODULE(facet_kernels, init)

}  // namespace facet
