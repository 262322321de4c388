#include "core/delta/DeltaWriting.h"

#include "core/Failure.h"
#include "core/delta/Fingerprint.h"

namespace facet {

DeltaResult writeDelta(AdapterWriter& writer, const std::string& target, const MappedModel& base, const DeltaPlan& plan,
                       const ProgressSink& report, const std::function<CodingError(size_t index)>& writeMatrix) {
    Progress progress;
    uint64_t weights = 0;
    for (const DeltaMatrix& matrix : plan.matrices) {
        progress.total += matrix.base->bytes + matrix.fineTune->bytes;
        weights += static_cast<uint64_t>(matrix.inputs() * matrix.outputs());
    }
    CodingError carried;
    for (size_t i = 0; i < plan.matrices.size(); ++i) {
        const DeltaMatrix& matrix = plan.matrices[i];
        progress.item = matrix.name();
        report(progress);
        carried.add(writeMatrix(i));
        MappedModel::release(*matrix.base);
        MappedModel::release(*matrix.fineTune);
        progress.done += matrix.base->bytes + matrix.fineTune->bytes;
    }
    if (carried.energy == 0 && plan.leftOut.empty())
        throw Failure("pair-equal", "the two models hold the same weights");
    DeltaResult result = describeResult(writer.metadata(), plan, carried);
    result.weights = weights;
    result.fileBytes = writer.fileBytes();
    writer.finish();
    stampFingerprint(target, base);
    progress.done = progress.total;
    progress.item.clear();
    report(progress);
    return result;
}

}  // namespace facet
