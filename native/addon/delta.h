// The addon's functions for deltas: make, convert, check against a base, measure.
#pragma once

#include <napi.h>

namespace facet {

void exportDeltaJobs(Napi::Env env, Napi::Object exports);

}  // namespace facet
