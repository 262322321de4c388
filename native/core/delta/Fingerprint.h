// Knows a base model again in any quantization, and no other: by its tokenizer, its shapes, its norms (which every
// quantization keeps as they are), random projections of some rows, and how it lies along a delta made for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/delta/DeltaReader.h"
#include "core/delta/MappedModel.h"

namespace facet {

inline constexpr uint32_t kFingerprintVersion = 1;

/** Keys "facet.base.*" of a delta's file. docs/delta-format.md says how each is computed. */
struct Fingerprint {
    std::string architecture;
    /** 64-bit FNV-1a in hexadecimal. */
    std::string tokenizer;
    std::string shapes;
    /** For each norm and bias: one random projection and the length. */
    std::vector<float> vectors;
    /** For each sampled row: kProjections random projections, then the length. */
    std::vector<float> rows;
    /** For each sampled row: its product with the delta's row. Empty where there is no delta. */
    std::vector<float> along;
};

/**
 * Reads a few hundred rows: milliseconds, whatever the model's size. `delta` may be null. Throws Failure
 * "model-damaged", "delta-damaged" for numbers that are not finite.
 */
Fingerprint fingerprintOf(const MappedModel& base, const DeltaReader* delta);

/** Room for the fingerprint in a header that is written before the delta is there. */
void placeFingerprint(gguf_context* gguf, const MappedModel& base);
/** Completes it in the finished file. */
void stampFingerprint(const std::string& deltaPath, const MappedModel& base);
/** Nothing where the file has none, or one of another version. */
std::optional<Fingerprint> readFingerprint(const MappedModel& deltaFile);

enum class BaseVerdict {
    kSame,
    /** The delta's file says nothing about its base; shapes and architecture fit. */
    kUnknown,
    kOtherArchitecture,
    kOtherTokenizer,
    kOtherShapes,
    /** Shapes fit, weights are unrelated. */
    kOtherWeights,
    /** Near to the base, but further trained, and not by quantizing. */
    kTrainedFurther,
    /** The very fine-tune that the delta was made from. */
    kIsFineTune,
};

struct BaseCheck {
    BaseVerdict verdict = BaseVerdict::kUnknown;
    /** Distance of the sampled rows, in relation to their length; √2 for unrelated models. */
    double distance = 0;
    /** What the quantization of this file explains. */
    double distanceAllowed = 0;
    /** Largest distance of a norm or bias in relation to its length. */
    double vectorDistance = 0;
    /** 0 for the base, about 1 for the fine-tune. */
    double along = 0;
    double alongAllowed = 0;
};

/** Throws Failure "delta-damaged", "model-unreadable", "model-damaged" (numbers that are not finite). */
BaseCheck checkBase(const DeltaReader& delta, const MappedModel& model);

/** Root mean square error of a type in relation to the numbers' own root mean square. */
double typicalNoise(ggml_type type);

}  // namespace facet
