#include "core/delta/DeltaForm.h"

#include "core/Failure.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaReader.h"

namespace facet {

uint64_t convertForm(const std::string& source, const std::string& target, bool isCompact) {
    const DeltaReader reader(source);
    if (!reader.isOneBit()) throw Failure("delta-damaged", "only 1-bit deltas have a compact form");
    GgufPointer metadata(gguf_init_empty(), gguf_free);
    gguf_set_kv(metadata.get(), reader.file().metadata());
    setForm(metadata.get(), isCompact);

    std::vector<AdapterTensor> tensors;
    for (const std::string& matrix : reader.matrices())
        addPair(matrix, reader.pair(matrix), reader.shape(matrix), isCompact, tensors);
    AdapterWriter writer(target, std::move(metadata), tensors);
    for (const std::string& matrix : reader.matrices()) {
        const MappedTensor& signs = reader.signs(matrix);
        writePair(writer, reader.pair(matrix), reader.shape(matrix), isCompact, signs.data, signs.bytes);
    }
    writer.finish();
    return writer.fileBytes();
}

}  // namespace facet
