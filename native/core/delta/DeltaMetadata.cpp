#include "core/delta/DeltaMetadata.h"

#include "core/delta/Fidelity.h"
#include "core/delta/Fingerprint.h"
#include "core/finite.h"

namespace facet {

namespace {

void setTexts(gguf_context* gguf, const char* key, const std::vector<std::string>& values) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    gguf_set_arr_str(gguf, key, pointers.data(), pointers.size());
}

void writeResult(gguf_context* gguf, const DeltaResult& result) {
    std::vector<float> shares;
    for (const LeftOut& left : result.leftOut) shares.push_back(static_cast<float>(left.energy));
    gguf_set_arr_data(gguf, "facet.left_out.shares", GGUF_TYPE_FLOAT32, shares.data(), shares.size());
    gguf_set_val_f32(gguf, "facet.left_out.share", static_cast<float>(result.leftOutShare));
    gguf_set_val_f32(gguf, "facet.delta.captured", static_cast<float>(result.captured));
}

}  // namespace

void describeDelta(gguf_context* gguf, const std::string& kind, const DeltaDescription& description,
                   const DeltaPlan& plan, const MappedModel& base) {
    gguf_set_val_u32(gguf, "general.base_model.count", 1);
    gguf_set_val_str(gguf, "general.base_model.0.name", description.baseName.c_str());
    gguf_set_val_u32(gguf, "facet.delta.version", kDeltaFormatVersion);
    gguf_set_val_str(gguf, "facet.delta.kind", kind.c_str());
    gguf_set_val_str(gguf, "facet.delta.fine_tune_name", description.fineTuneName.c_str());
    gguf_set_val_str(gguf, "facet.delta.app_version", description.appVersion.c_str());
    setTexts(gguf, "facet.delta.folded_norms", plan.foldedNorms);
    std::vector<std::string> names;
    for (const LeftOut& left : plan.leftOut) names.push_back(left.name);
    setTexts(gguf, "facet.left_out.names", names);
    DeltaResult unknown;
    unknown.leftOut = plan.leftOut;
    writeResult(gguf, unknown);
    placeFingerprint(gguf, base);
    writeFidelity(gguf, std::nullopt);
}

DeltaResult describeResult(gguf_context* gguf, const DeltaPlan& plan, const CodingError& carried) {
    DeltaResult result;
    double left = 0;
    for (const LeftOut& entry : plan.leftOut) left += entry.energy;
    const double whole = carried.energy + left;
    result.captured = finite(carried.energy > 0 ? 1 - carried.error / carried.energy : 0, "the share carried");
    result.leftOutShare = finite(whole > 0 ? left / whole : 0, "the share left out");
    result.leftOut = plan.leftOut;
    for (LeftOut& entry : result.leftOut) entry.energy /= whole;
    result.foldedNorms = plan.foldedNorms;
    writeResult(gguf, result);
    return result;
}

}  // namespace facet
