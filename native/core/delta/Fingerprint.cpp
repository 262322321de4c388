#include "core/delta/Fingerprint.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/Failure.h"
#include "core/delta/AdapterFile.h"

namespace facet {

namespace {

constexpr int kProjections = 4;
/** Over all matrices; each gives at least one. */
constexpr int64_t kRowsWanted = 256;
/** Norms are the same 32-bit numbers in every quantization; where a file rounds them, to these shares of their length.
 */
constexpr double kVectorTolerance = 1e-4;
constexpr double kRoundedVectorTolerance = 4e-3;
/** What quantizing may do beyond its typical noise: outliers, importance matrices, an older converter. */
constexpr double kNoiseSlack = 1.6;
constexpr double kDistanceFloor = 0.012;
/** Between "near" and "unrelated". */
constexpr double kUnrelatedDistance = 0.9;
/** Between the base (0) and its fine-tune (1), unless noise hides the difference. */
constexpr double kAlongLimit = 0.4;
constexpr double kAlongSigmas = 4;
/** With more noise than this, nothing can be said. */
constexpr double kAlongNoiseMost = 0.25;

class Hash {
  public:
    void add(const void* data, size_t bytes) {
        const auto* values = static_cast<const uint8_t*>(data);
        for (size_t i = 0; i < bytes; ++i) value_ = (value_ ^ values[i]) * 0x100000001b3U;
    }
    /** With an end mark, so that "ab","c" is not "a","bc". */
    void add(const std::string& text) { add(text.c_str(), text.size() + 1); }
    uint64_t value() const { return value_; }
    std::string hexadecimal() const {
        char text[17];
        std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value_));
        return text;
    }

  private:
    uint64_t value_ = 0xcbf29ce484222325U;
};

uint64_t splitMix(uint64_t value) {
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

/** Sum of the values with random signs that depend on tensor, row and number only. */
double projection(const std::vector<float>& values, uint64_t seed) {
    double sum = 0;
    uint64_t word = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        if (i % 64 == 0) word = splitMix(seed + i / 64);
        sum += (word >> (i % 64) & 1) != 0 ? values[i] : -values[i];
    }
    return sum;
}

double squares(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value) * value;
    return sum;
}

uint64_t seedFor(const std::string& name, int64_t row, int number) {
    Hash hash;
    hash.add(name);
    return splitMix(splitMix(hash.value() + static_cast<uint64_t>(row)) + static_cast<uint64_t>(number));
}

bool isVector(const MappedTensor& tensor) {
    return tensor.rows() == 1 && (tensor.name.starts_with("blk.") || tensor.name == "output_norm.weight");
}

bool isMatrix(const MappedTensor& tensor) {
    return tensor.rows() > 1 && tensor.name.starts_with("blk.") && tensor.name.ends_with(".weight");
}

struct SampledRow {
    const MappedTensor* tensor;
    int64_t row;
};

std::vector<SampledRow> sampledRows(const MappedModel& model) {
    std::vector<const MappedTensor*> matrices;
    for (const auto& [name, tensor] : model.tensors()) {
        if (isMatrix(tensor)) matrices.push_back(&tensor);
    }
    std::vector<SampledRow> rows;
    if (matrices.empty()) return rows;
    const int64_t each =
        (kRowsWanted + static_cast<int64_t>(matrices.size()) - 1) / static_cast<int64_t>(matrices.size());
    for (const MappedTensor* tensor : matrices) {
        const int64_t count = std::min(each, tensor->rows());
        for (int64_t i = 0; i < count; ++i) rows.push_back({tensor, (2 * i + 1) * tensor->rows() / (2 * count)});
    }
    return rows;
}

std::string tokenizerOf(const MappedModel& model) {
    Hash hash;
    hash.add(model.text("tokenizer.ggml.model"));
    const int64_t key = gguf_find_key(model.metadata(), "tokenizer.ggml.tokens");
    if (key >= 0 && gguf_get_kv_type(model.metadata(), key) == GGUF_TYPE_ARRAY &&
        gguf_get_arr_type(model.metadata(), key) == GGUF_TYPE_STRING) {
        const size_t count = gguf_get_arr_n(model.metadata(), key);
        for (size_t i = 0; i < count; ++i) hash.add(gguf_get_arr_str(model.metadata(), key, i));
    }
    return hash.hexadecimal();
}

std::string shapesOf(const MappedModel& model) {
    Hash hash;
    for (const auto& [name, tensor] : model.tensors()) {
        // A head of its own may repeat a tied embedding, and converters add helper tensors.
        if (!isVector(tensor) && !isMatrix(tensor) && name != "token_embd.weight") continue;
        hash.add(name);
        hash.add(tensor.shape.data(), sizeof tensor.shape);
    }
    return hash.hexadecimal();
}

void setFloats(gguf_context* gguf, const char* key, const std::vector<float>& values) {
    gguf_set_arr_data(gguf, key, GGUF_TYPE_FLOAT32, values.data(), values.size());
}

std::vector<float> floats(const MappedModel& file, const char* key) {
    const int64_t id = gguf_find_key(file.metadata(), key);
    if (id < 0 || gguf_get_kv_type(file.metadata(), id) != GGUF_TYPE_ARRAY ||
        gguf_get_arr_type(file.metadata(), id) != GGUF_TYPE_FLOAT32)
        return {};
    const auto* data = static_cast<const float*>(gguf_get_arr_data(file.metadata(), id));
    return {data, data + gguf_get_arr_n(file.metadata(), id)};
}

/** Empty where the delta does not change this tensor, or is of another shape. */
std::vector<float> deltaRow(const DeltaReader& delta, const SampledRow& sample) {
    const std::vector<std::string>& names = delta.matrices();
    if (!std::binary_search(names.begin(), names.end(), sample.tensor->name)) return {};
    const auto [inputs, outputs] = delta.shape(sample.tensor->name);
    if (inputs != sample.tensor->rowLength() || outputs != sample.tensor->rows()) return {};
    std::vector<float> row(static_cast<size_t>(inputs));
    delta.readRow(sample.tensor->name, sample.row, row.data());
    return row;
}

double product(const std::vector<float>& left, const std::vector<float>& right) {
    double sum = 0;
    for (size_t i = 0; i < left.size() && i < right.size(); ++i) sum += static_cast<double>(left[i]) * right[i];
    return sum;
}

void writeFingerprint(gguf_context* gguf, const Fingerprint& fingerprint) {
    gguf_set_val_u32(gguf, "facet.base.fingerprint_version", kFingerprintVersion);
    gguf_set_val_str(gguf, "facet.base.tokenizer", fingerprint.tokenizer.c_str());
    gguf_set_val_str(gguf, "facet.base.shapes", fingerprint.shapes.c_str());
    setFloats(gguf, "facet.base.vectors", fingerprint.vectors);
    setFloats(gguf, "facet.base.rows", fingerprint.rows);
    setFloats(gguf, "facet.base.along", fingerprint.along);
}

bool areFinite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

struct Sample {
    Fingerprint fingerprint;
    /** For each sampled row: the delta's row times itself. */
    std::vector<double> deltaSquares;
};

Sample sample(const MappedModel& base, const DeltaReader* delta) {
    Sample result;
    Fingerprint& fingerprint = result.fingerprint;
    fingerprint.architecture = base.architecture();
    fingerprint.tokenizer = tokenizerOf(base);
    fingerprint.shapes = shapesOf(base);
    for (const auto& [name, tensor] : base.tensors()) {
        if (!isVector(tensor)) continue;
        const std::vector<float> values = readVector(tensor);
        fingerprint.vectors.push_back(static_cast<float>(projection(values, seedFor(name, 0, 0))));
        fingerprint.vectors.push_back(static_cast<float>(std::sqrt(squares(values))));
    }
    for (const SampledRow& sample : sampledRows(base)) {
        std::vector<float> values(static_cast<size_t>(sample.tensor->rowLength()));
        readFloats(*sample.tensor, sample.row, 0, sample.tensor->rowLength(), values.data());
        for (int number = 0; number < kProjections; ++number) {
            fingerprint.rows.push_back(
                static_cast<float>(projection(values, seedFor(sample.tensor->name, sample.row, number))));
        }
        fingerprint.rows.push_back(static_cast<float>(std::sqrt(squares(values))));
        if (delta == nullptr) continue;
        const std::vector<float> row = deltaRow(*delta, sample);
        fingerprint.along.push_back(static_cast<float>(product(values, row)));
        result.deltaSquares.push_back(squares(row));
    }
    if (!areFinite(fingerprint.vectors) || !areFinite(fingerprint.rows))
        throw Failure("model-damaged", "the base holds numbers that are not finite, or far too large");
    if (!areFinite(fingerprint.along))
        throw Failure("delta-damaged", "the delta holds numbers that are not finite, or far too large");
    return result;
}

}  // namespace

double typicalNoise(ggml_type type) {
    switch (type) {
        case GGML_TYPE_F32:
            return 0;
        case GGML_TYPE_F16:
        case GGML_TYPE_BF16:
            return 0.002;
        case GGML_TYPE_Q8_0:
        case GGML_TYPE_Q8_1:
        case GGML_TYPE_Q8_K:
            return 0.007;
        case GGML_TYPE_Q6_K:
            return 0.02;
        case GGML_TYPE_Q5_0:
        case GGML_TYPE_Q5_1:
        case GGML_TYPE_Q5_K:
            return 0.045;
        case GGML_TYPE_Q4_0:
        case GGML_TYPE_Q4_1:
        case GGML_TYPE_Q4_K:
        case GGML_TYPE_IQ4_NL:
        case GGML_TYPE_IQ4_XS:
            return 0.09;
        case GGML_TYPE_MXFP4:
        case GGML_TYPE_NVFP4:
            return 0.14;
        case GGML_TYPE_Q3_K:
        case GGML_TYPE_IQ3_S:
        case GGML_TYPE_IQ3_XXS:
            return 0.2;
        case GGML_TYPE_Q2_K:
        case GGML_TYPE_IQ2_S:
        case GGML_TYPE_IQ2_XS:
        case GGML_TYPE_IQ2_XXS:
            return 0.38;
        default:
            return 0.55;
    }
}

Fingerprint fingerprintOf(const MappedModel& base, const DeltaReader* delta) { return sample(base, delta).fingerprint; }

void placeFingerprint(gguf_context* gguf, const MappedModel& base) {
    Fingerprint fingerprint = fingerprintOf(base, nullptr);
    fingerprint.along.assign(fingerprint.rows.size() / (kProjections + 1), 0.0F);
    writeFingerprint(gguf, fingerprint);
}

void stampFingerprint(const std::string& deltaPath, const MappedModel& base) {
    const DeltaReader delta(deltaPath);
    const Fingerprint fingerprint = fingerprintOf(base, &delta);
    changeMetadata(deltaPath, [&](gguf_context* gguf) { writeFingerprint(gguf, fingerprint); });
}

std::optional<Fingerprint> readFingerprint(const MappedModel& deltaFile) {
    const int64_t id = gguf_find_key(deltaFile.metadata(), "facet.base.fingerprint_version");
    if (id < 0 || gguf_get_kv_type(deltaFile.metadata(), id) != GGUF_TYPE_UINT32 ||
        gguf_get_val_u32(deltaFile.metadata(), id) != kFingerprintVersion) {
        return std::nullopt;
    }
    return Fingerprint{.architecture = deltaFile.architecture(),
                       .tokenizer = deltaFile.text("facet.base.tokenizer"),
                       .shapes = deltaFile.text("facet.base.shapes"),
                       .vectors = floats(deltaFile, "facet.base.vectors"),
                       .rows = floats(deltaFile, "facet.base.rows"),
                       .along = floats(deltaFile, "facet.base.along")};
}

BaseCheck checkBase(const DeltaReader& delta, const MappedModel& model) {
    BaseCheck check;
    if (delta.file().architecture() != model.architecture()) {
        check.verdict = BaseVerdict::kOtherArchitecture;
        return check;
    }
    for (const std::string& name : delta.matrices()) {
        const MappedTensor* tensor = model.find(name);
        const auto [inputs, outputs] = delta.shape(name);
        if (tensor == nullptr || tensor->rowLength() != inputs || tensor->rows() != outputs) {
            check.verdict = BaseVerdict::kOtherShapes;
            return check;
        }
    }
    const std::optional<Fingerprint> wanted = readFingerprint(delta.file());
    if (!wanted) return check;
    const auto [found, deltaRowSquares] = sample(model, &delta);
    if (found.shapes != wanted->shapes) {
        check.verdict = BaseVerdict::kOtherShapes;
        return check;
    }
    if (found.vectors.size() != wanted->vectors.size() || found.rows.size() != wanted->rows.size() ||
        (!wanted->along.empty() && wanted->along.size() != found.along.size())) {
        throw Failure("delta-damaged", "the fingerprint of the base does not have its length");
    }
    if (!areFinite(wanted->vectors) || !areFinite(wanted->rows) || !areFinite(wanted->along))
        throw Failure("delta-damaged", "the fingerprint of the base holds numbers that are not finite");

    const std::vector<SampledRow> samples = sampledRows(model);
    double rowSquares = 0;
    double difference = 0;
    double noise = 0;
    double along = 0;
    double deltaSquares = 0;
    double alongVariance = 0;
    for (size_t i = 0; i < samples.size(); ++i) {
        const size_t at = i * (kProjections + 1);
        for (size_t number = 0; number < kProjections; ++number) {
            difference +=
                std::pow(static_cast<double>(found.rows[at + number]) - wanted->rows[at + number], 2) / kProjections;
        }
        const double rowSquare = std::pow(static_cast<double>(wanted->rows[at + kProjections]), 2);
        const double rowNoise = std::pow(typicalNoise(samples[i].tensor->type), 2) * rowSquare;
        rowSquares += rowSquare;
        noise += rowNoise;
        if (wanted->along.empty()) continue;
        const double rowDelta = deltaRowSquares[i];
        deltaSquares += rowDelta;
        along += static_cast<double>(found.along[i]) - wanted->along[i];
        alongVariance += rowNoise * rowDelta / static_cast<double>(samples[i].tensor->rowLength());
    }
    check.distance = rowSquares > 0 ? std::sqrt(difference / rowSquares) : 0;
    check.distanceAllowed = kDistanceFloor + (rowSquares > 0 ? kNoiseSlack * std::sqrt(noise / rowSquares) : 0);
    double vectorTolerance = kVectorTolerance;
    size_t at = 0;
    bool isVectorChanged = false;
    for (const auto& [name, tensor] : model.tensors()) {
        if (!isVector(tensor)) continue;
        vectorTolerance = tensor.type == GGML_TYPE_F32 ? kVectorTolerance : kRoundedVectorTolerance;
        const double length = std::max(static_cast<double>(std::fabs(wanted->vectors[at + 1])), 1e-12);
        const double distance =
            std::max(std::fabs(static_cast<double>(found.vectors[at]) - wanted->vectors[at]),
                     std::fabs(static_cast<double>(found.vectors[at + 1]) - wanted->vectors[at + 1])) /
            length;
        check.vectorDistance = std::max(check.vectorDistance, distance);
        isVectorChanged = isVectorChanged || distance > vectorTolerance;
        at += 2;
    }
    const double alongNoise = deltaSquares > 0 ? std::sqrt(alongVariance) / deltaSquares : 1;
    check.along = deltaSquares > 0 ? along / deltaSquares : 0;
    check.alongAllowed = alongNoise <= kAlongNoiseMost ? std::max(kAlongLimit, kAlongSigmas * alongNoise) : INFINITY;

    if (check.distance > kUnrelatedDistance) {
        check.verdict = BaseVerdict::kOtherWeights;
    } else if (found.tokenizer != wanted->tokenizer) {
        check.verdict = BaseVerdict::kOtherTokenizer;
    } else if (std::fabs(check.along) > check.alongAllowed) {
        check.verdict = BaseVerdict::kIsFineTune;
    } else if (isVectorChanged || check.distance > check.distanceAllowed) {
        check.verdict = BaseVerdict::kTrainedFurther;
    } else {
        check.verdict = BaseVerdict::kSame;
    }
    return check;
}

}  // namespace facet
