#include "core/delta/DeltaPlan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <set>
#include <string_view>

#include "core/Failure.h"
#include "core/instructionSets.h"
#include "core/parallel.h"

namespace facet {

namespace {

/** Matrices that llama.cpp multiplies by way of its adapter hook, in every architecture that has them. */
constexpr std::array<std::string_view, 8> kMatrices{"attn_q",      "attn_k",   "attn_v", "attn_qkv",
                                                    "attn_output", "ffn_gate", "ffn_up", "ffn_down"};
/** Norm before these matrices: x → W·(n⊙x/rms(x)). Only where the architecture is known to be built so. */
struct NormBefore {
    std::string_view matrix;
    std::string_view norm;
};
constexpr std::array<NormBefore, 6> kNorms{{{"attn_q", "attn_norm"},
                                            {"attn_k", "attn_norm"},
                                            {"attn_v", "attn_norm"},
                                            {"attn_qkv", "attn_norm"},
                                            {"ffn_gate", "ffn_norm"},
                                            {"ffn_up", "ffn_norm"}}};
constexpr std::array<std::string_view, 9> kFoldingArchitectures{"llama",  "qwen2",   "qwen3", "gemma",  "gemma2",
                                                                "gemma3", "smollm3", "phi3",  "granite"};

/** Norm weights below this share of their root mean square are not divided by. */
constexpr float kSmallNorm = 1e-3F;
/** Biases and norms that cannot travel may change by at most this share of themselves. */
constexpr double kVectorChangeLimit = 0.1;
/** Rows read at once for comparing. */
constexpr int64_t kRowsAtOnce = 64;

template <size_t size>
bool contains(const std::array<std::string_view, size>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

/** "blk.3.attn_q.weight" → "attn_q"; empty for what is no weight of a block. */
std::string_view matrixKind(std::string_view name) {
    if (!name.starts_with("blk.") || !name.ends_with(".weight")) return {};
    const size_t dot = name.find('.', 4);
    if (dot == std::string_view::npos || dot + 8 > name.size()) return {};
    return name.substr(dot + 1, name.size() - 7 - dot - 1);
}

std::string normBefore(std::string_view name) {
    if (name == "output.weight") return "output_norm.weight";
    const std::string_view kind = matrixKind(name);
    for (const NormBefore& entry : kNorms) {
        if (entry.matrix == kind)
            return std::string(name.substr(0, name.size() - kind.size() - 7)) + std::string(entry.norm) + ".weight";
    }
    return "";
}

FACET_EACH_INSTRUCTION_SET
void subtract(float* change, const float* base, int64_t count) {
    for (int64_t i = 0; i < count; ++i) change[i] -= base[i];
}

FACET_EACH_INSTRUCTION_SET
void multiply(float* values, const float* factors, int64_t count) {
    for (int64_t i = 0; i < count; ++i) values[i] *= factors[i];
}

struct Change {
    double energy = 0;
    double baseEnergy = 0;
};

bool isEqual(const MappedTensor& left, const MappedTensor& right) {
    return left.type == right.type && left.bytes == right.bytes && std::memcmp(left.data, right.data, left.bytes) == 0;
}

/** Of tensors of the same shape. */
Change compare(const MappedTensor& base, const MappedTensor& fineTune, int threads) {
    const int64_t width = base.rowLength();
    const int64_t pieces = (base.rows() + kRowsAtOnce - 1) / kRowsAtOnce;
    std::vector<Change> changes(static_cast<size_t>(pieces));
    inParallel(pieces, threads, [&](int64_t piece, int) {
        std::vector<float> left(static_cast<size_t>(width));
        std::vector<float> right(static_cast<size_t>(width));
        Change& sum = changes[static_cast<size_t>(piece)];
        for (int64_t row = piece * kRowsAtOnce; row < std::min(base.rows(), (piece + 1) * kRowsAtOnce); ++row) {
            readFloats(base, row, 0, width, left.data());
            readFloats(fineTune, row, 0, width, right.data());
            for (size_t i = 0; i < left.size(); ++i) {
                const double change = static_cast<double>(right[i]) - left[i];
                sum.energy += change * change;
                sum.baseEnergy += static_cast<double>(left[i]) * left[i];
            }
        }
    });
    Change total;
    for (const Change& change : changes) {
        total.energy += change.energy;
        total.baseEnergy += change.baseEnergy;
    }
    if (!std::isfinite(total.energy) || !std::isfinite(total.baseEnergy))
        throw Failure("model-damaged", base.name + " holds numbers that are not finite");
    return total;
}

struct NormChange {
    std::vector<float> ratio;
    /** Of the columns that stay as they are: the base's weight is too near to zero to be divided by. */
    Change left;
};

NormChange normChange(const MappedTensor& base, const MappedTensor& fineTune) {
    const std::vector<float> before = readVector(base);
    NormChange change{readVector(fineTune), {}};
    for (const float value : before) change.left.baseEnergy += static_cast<double>(value) * value;
    const auto least =
        kSmallNorm * static_cast<float>(std::sqrt(change.left.baseEnergy / static_cast<double>(before.size())));
    for (size_t i = 0; i < before.size(); ++i) {
        float& ratio = change.ratio[i];
        if (!std::isfinite(ratio)) throw Failure("model-damaged", fineTune.name + " holds numbers that are not finite");
        if (std::fabs(before[i]) > least) {
            ratio = ratio == before[i] ? 1 : ratio / before[i];
        } else {
            const double missed = static_cast<double>(ratio) - before[i];
            change.left.energy += missed * missed;
            ratio = 1;
        }
    }
    return change;
}

}  // namespace

void readChange(const DeltaMatrix& matrix, int64_t row, int64_t first, int64_t count, float* change, float* scratch) {
    readFloats(*matrix.fineTune, row, first, count, change);
    if (!matrix.normRatio.empty()) multiply(change, matrix.normRatio.data() + first, count);
    readFloats(*matrix.base, row, first, count, scratch);
    subtract(change, scratch, count);
}

DeltaPlan planDelta(const MappedModel& base, const MappedModel& fineTune, int threads) {
    const std::string architecture = base.architecture();
    if (architecture.empty() || architecture != fineTune.architecture()) {
        throw Failure("pair-architectures-differ",
                      "the base is of architecture " + architecture + ", the fine-tune of " + fineTune.architecture());
    }
    const auto vocabulary = [](const MappedModel& model) -> int64_t {
        const MappedTensor* embedding = model.find("token_embd.weight");
        return embedding == nullptr ? 0 : embedding->shape[1];
    };
    if (vocabulary(base) != vocabulary(fineTune)) {
        throw Failure("pair-vocabularies-differ", "the base has " + std::to_string(vocabulary(base)) +
                                                      " tokens, the fine-tune " + std::to_string(vocabulary(fineTune)));
    }
    const bool isTied = base.find("output.weight") == nullptr;

    DeltaPlan plan;
    std::set<std::string> changed;
    for (const auto& [name, tensor] : base.tensors()) {
        const MappedTensor* other = fineTune.find(name);
        if (other == nullptr || other->shape != tensor.shape) {
            throw Failure("pair-shapes-differ", name + (other == nullptr ? " is missing in the fine-tune"
                                                                         : " has another shape in the fine-tune"));
        }
        if (!isEqual(tensor, *other)) changed.insert(name);
    }
    for (const auto& [name, tensor] : fineTune.tensors()) {
        // A head of its own that repeats the embedding is no change.
        if (base.find(name) == nullptr && !(isTied && name == "output.weight")) {
            throw Failure("pair-shapes-differ", name + " is not there in the base");
        }
    }

    const bool canFold = contains(kFoldingArchitectures, architecture);
    std::map<std::string, NormChange> carriedNorms;
    for (const auto& [name, tensor] : base.tensors()) {
        const bool isCarried = contains(kMatrices, matrixKind(name)) || name == "output.weight";
        if (!isCarried) continue;
        if (tensor.shape[2] != 1 || tensor.shape[3] != 1)
            throw Failure("pair-architectures-differ", name + " has more than two dimensions");
        DeltaMatrix matrix{&tensor, fineTune.find(name), {}};
        const std::string norm = canFold ? normBefore(name) : "";
        if (!norm.empty() && changed.contains(norm) && base.find(norm)->rowLength() == matrix.inputs()) {
            const auto known = carriedNorms.find(norm);
            const auto found =
                known != carriedNorms.end()
                    ? known
                    : carriedNorms.emplace(norm, normChange(*base.find(norm), *fineTune.find(norm))).first;
            matrix.normRatio = found->second.ratio;
        }
        if (changed.contains(name) || !matrix.normRatio.empty()) plan.matrices.push_back(std::move(matrix));
    }
    for (const std::string& name : changed) {
        const MappedTensor& tensor = *base.find(name);
        if (contains(kMatrices, matrixKind(name)) || name == "output.weight") continue;
        const auto norm = carriedNorms.find(name);
        if (norm != carriedNorms.end()) plan.foldedNorms.push_back(name);
        const Change change =
            norm != carriedNorms.end() ? norm->second.left : compare(tensor, *fineTune.find(name), threads);
        if (change.energy == 0) continue;
        // Where the base is all zeros, all of it changed.
        const double relative = change.baseEnergy > 0 ? std::sqrt(change.energy / change.baseEnergy) : 1;
        if (tensor.rows() == 1 && relative > kVectorChangeLimit) {
            throw Failure("pair-not-representable", name + " changed by " +
                                                        std::to_string(std::lround(relative * 100)) +
                                                        " % of itself, which an adapter cannot carry");
        }
        plan.leftOut.push_back({name, change.energy, relative});
    }
    if (plan.matrices.empty()) {
        if (plan.leftOut.empty()) throw Failure("pair-equal", "the two models hold the same weights");
        throw Failure("pair-not-representable", "only " + plan.leftOut.front().name + " and the like changed");
    }
    return plan;
}

}  // namespace facet
