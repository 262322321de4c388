// What making a delta has in common, whatever stands for a matrix's change: matrix by matrix into the file, then what
// came of it.
#pragma once

#include <functional>
#include <string>

#include "core/Progress.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaMetadata.h"
#include "core/delta/DeltaPlan.h"
#include "core/delta/OneBitCodec.h"

namespace facet {

/**
 * `writeMatrix` writes the tensors of each of the plan's matrices in turn and says what they lose. Then come the
 * result, into the header, and the fingerprint of the base. Progress counts bytes of both models. Throws what
 * `writeMatrix` throws, and Failure "pair-equal" (nothing changed), "write-failed".
 */
DeltaResult writeDelta(AdapterWriter& writer, const std::string& target, const MappedModel& base, const DeltaPlan& plan,
                       const ProgressSink& report, const std::function<CodingError(size_t index)>& writeMatrix);

}  // namespace facet
