#include "addon/delta.h"

#include <utility>

#include "addon/calls.h"
#include "addon/limits.h"
#include "core/ImportanceMatrix.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaForm.h"
#include "core/delta/Fidelity.h"
#include "core/delta/Fingerprint.h"
#include "core/delta/LowRankDelta.h"
#include "core/delta/OneBitDelta.h"
#include "core/delta/Refinement.h"

namespace facet {

// Results. Not in an unnamed namespace: templates find them by their argument's namespace.

static Napi::Value toJavaScript(Napi::Env env, const LeftOut& left) {
    return objectOf(env, "name", left.name, "share", left.energy, "relative", left.relative);
}

static Napi::Value toJavaScript(Napi::Env env, const DeltaResult& result) {
    return objectOf(env, "fileBytes", result.fileBytes, "weights", result.weights, "captured", result.captured,
                    "leftOutShare", result.leftOutShare, "leftOut", result.leftOut, "foldedNorms", result.foldedNorms);
}

static Napi::Value toJavaScript(Napi::Env env, BaseVerdict verdict) {
    const auto name = [&] {
        switch (verdict) {
            case BaseVerdict::kSame:
                return "same";
            case BaseVerdict::kUnknown:
                return "unknown";
            case BaseVerdict::kOtherArchitecture:
                return "other-architecture";
            case BaseVerdict::kOtherTokenizer:
                return "other-tokenizer";
            case BaseVerdict::kOtherShapes:
                return "other-shapes";
            case BaseVerdict::kOtherWeights:
                return "other-weights";
            case BaseVerdict::kTrainedFurther:
                return "trained-further";
            case BaseVerdict::kIsFineTune:
                return "is-fine-tune";
        }
        return "unknown";
    };
    return Napi::String::New(env, name());
}

static Napi::Value toJavaScript(Napi::Env env, const BaseCheck& check) {
    return objectOf(env, "verdict", check.verdict, "distance", check.distance, "distanceAllowed", check.distanceAllowed,
                    "vectorDistance", check.vectorDistance, "along", check.along);
}

static Napi::Value toJavaScript(Napi::Env env, const Fidelity& fidelity) {
    return objectOf(env, "klBase", fidelity.klBase, "klDelta", fidelity.klDelta, "gapClosed", fidelity.gapClosed(),
                    "sameTopBase", fidelity.sameTopBase, "sameTopDelta", fidelity.sameTopDelta, "perplexityBase",
                    fidelity.perplexityBase, "perplexityDelta", fidelity.perplexityDelta, "perplexityFineTune",
                    fidelity.perplexityFineTune, "positions", fidelity.positions);
}

static Napi::Value toJavaScript(Napi::Env env, const Refinement& refinement) {
    return objectOf(env, "kept", refinement.isKept, "klBefore", refinement.klBefore, "klAfter", refinement.klAfter);
}

namespace {

DeltaDescription descriptionOf(const Options& options) {
    return {.name = options.text("name"),
            .baseName = options.text("baseName"),
            .fineTuneName = options.text("fineTuneName"),
            .appVersion = options.text("appVersion")};
}

struct ModelPair {
    MappedModel base;
    MappedModel fineTune;
};

/** Both kinds are made of { base, fineTune }, which are mapped on the worker's thread. */
template <typename Make>
Napi::Value makeOfPair(const JobCall& call, Make make) {
    return call.run(
        [make, base = call.options.text("base"), fineTune = call.options.text("fineTune")](const ProgressSink& report) {
            return make(ModelPair{MappedModel(base), MappedModel(fineTune)}, report);
        });
}

Napi::Value makeOneBitDeltaCall(const JobCall& call) {
    const Options& options = call.options;
    OneBitDeltaOptions deltaOptions;
    deltaOptions.target = options.text("target");
    deltaOptions.description = descriptionOf(options);
    deltaOptions.threads = options.threads();
    deltaOptions.isCompact = options.flag("compact");
    return makeOfPair(call, [deltaOptions, matrix = options.textOrNone("importanceMatrix")](
                                const ModelPair& models, const ProgressSink& report) {
        OneBitDeltaOptions complete = deltaOptions;
        if (!matrix.empty()) complete.importance = ImportanceMatrix::read(matrix).meanSquares();
        return makeOneBitDelta(models.base, models.fineTune, complete, report);
    });
}

Napi::Value makeLowRankDeltaCall(const JobCall& call) {
    const Options& options = call.options;
    LowRankDeltaOptions deltaOptions;
    deltaOptions.target = options.text("target");
    deltaOptions.description = descriptionOf(options);
    deltaOptions.threads = options.threads();
    deltaOptions.rank = options.count("rank", 1, UINT32_MAX);
    return makeOfPair(call, [deltaOptions](const ModelPair& models, const ProgressSink& report) {
        return makeLowRankDelta(models.base, models.fineTune, deltaOptions, report);
    });
}

Napi::Value convertDeltaCall(const JobCall& call) {
    const Options& options = call.options;
    return call.run(
        [source = options.text("source"), target = options.text("target"),
         isCompact = options.flag("compact")](const ProgressSink&) { return convertForm(source, target, isCompact); });
}

/** Takes some tenths of a second: mostly reading the two headers. */
Napi::Value checkDeltaBaseCall(const JobCall& call) {
    return call.run([delta = call.options.text("delta"), model = call.options.text("model")](const ProgressSink&) {
        const DeltaReader reader(delta);
        return checkBase(reader, MappedModel(model));
    });
}

/** { text } or { dialogues: [{ prompt, answer }] }. */
struct ComparedText {
    std::string text;
    std::vector<Dialogue> dialogues;
};

ComparedText comparedText(const Options& options) {
    if (!options.has("dialogues")) return {options.text("text"), {}};
    ComparedText result;
    for (const Options& dialogue : options.objects("dialogues")) {
        result.dialogues.push_back({dialogue.text("prompt"), dialogue.text("answer")});
    }
    return result;
}

/** Also writes what it measured into the delta's file. */
Napi::Value measureFidelityCall(const JobCall& call) {
    const Options& options = call.options;
    const ComparedText on = comparedText(options.object("on"));
    const FidelityOptions fidelityOptions{
        .base = options.text("base"),
        .fineTune = options.text("fineTune"),
        .adapters = {options.text("delta")},
        .text = on.text,
        .dialogues = on.dialogues,
        .threads = options.threads(),
        .chunkTokens = options.count("chunkTokens", kChunkTokensLeast, kContextTokensMost),
        .chunkLimit = options.count("chunkLimit", 0, UINT32_MAX),
    };
    return call.run([fidelityOptions, isNoted = options.flag("note")](const ProgressSink& report) {
        const Fidelity fidelity = measureFidelity(fidelityOptions, report);
        if (isNoted)
            changeMetadata(fidelityOptions.adapters.front(),
                           [&](gguf_context* gguf) { writeFidelity(gguf, fidelity); });
        return fidelity;
    });
}

Napi::Value refineDeltaCall(const JobCall& call) {
    const Options& options = call.options;
    const ComparedText on = comparedText(options.object("on"));
    const ComparedText heldOut = comparedText(options.object("heldOut"));
    const RefinementOptions refinementOptions{
        .base = options.text("base"),
        .fineTune = options.text("fineTune"),
        .delta = options.text("delta"),
        .text = on.text,
        .heldOutText = heldOut.text,
        .dialogues = on.dialogues,
        .heldOutDialogues = heldOut.dialogues,
        .threads = options.threads(),
        .chunkTokens = options.count("chunkTokens", kChunkTokensLeast, kContextTokensMost),
        .chunkLimit = options.count("chunkLimit", 0, UINT32_MAX),
    };
    return call.run([refinementOptions](const ProgressSink& report) { return refineDelta(refinementOptions, report); });
}

}  // namespace

void exportDeltaJobs(Napi::Env env, Napi::Object exports) {
    exportJob(env, exports, "makeOneBitDelta", makeOneBitDeltaCall);
    exportJob(env, exports, "makeLowRankDelta", makeLowRankDeltaCall);
    exportJob(env, exports, "convertDelta", convertDeltaCall);
    exportJob(env, exports, "checkDeltaBase", checkDeltaBaseCall);
    exportJob(env, exports, "refineDelta", refineDeltaCall);
    exportJob(env, exports, "measureFidelity", measureFidelityCall);
}

}  // namespace facet
