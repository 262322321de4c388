#include "addon/delta.h"

#include <utility>

#include "addon/JobWorker.h"
#include "addon/options.h"
#include "core/ImportanceMatrix.h"
#include "core/delta/AdapterFile.h"
#include "core/delta/DeltaForm.h"
#include "core/delta/Fidelity.h"
#include "core/delta/Fingerprint.h"
#include "core/delta/LowRankDelta.h"
#include "core/delta/OneBitDelta.h"
#include "core/delta/Refinement.h"

namespace facet {

namespace {

DeltaDescription description(const Napi::Object& options) {
    return {.name = text(options, "name"),
            .baseName = text(options, "baseName"),
            .fineTuneName = text(options, "fineTuneName"),
            .appVersion = text(options, "appVersion")};
}

Napi::Value resultObject(Napi::Env env, const DeltaResult& result) {
    Napi::Object value = Napi::Object::New(env);
    value.Set("fileBytes", static_cast<double>(result.fileBytes));
    value.Set("weights", static_cast<double>(result.weights));
    value.Set("captured", result.captured);
    value.Set("leftOutShare", result.leftOutShare);
    Napi::Array leftOut = Napi::Array::New(env, result.leftOut.size());
    for (uint32_t i = 0; i < result.leftOut.size(); ++i) {
        Napi::Object item = Napi::Object::New(env);
        item.Set("name", result.leftOut[i].name);
        item.Set("share", result.leftOut[i].energy);
        item.Set("relative", result.leftOut[i].relative);
        leftOut.Set(i, item);
    }
    value.Set("leftOut", leftOut);
    Napi::Array folded = Napi::Array::New(env, result.foldedNorms.size());
    for (uint32_t i = 0; i < result.foldedNorms.size(); ++i) folded.Set(i, result.foldedNorms[i]);
    value.Set("foldedNorms", folded);
    return value;
}

struct ModelPair {
    MappedModel base;
    MappedModel fineTune;
};

/** Both kinds are made of { base, fineTune }, which are mapped on the worker's thread. */
template <typename Make>
Napi::Value makeOfPair(const Napi::CallbackInfo& info, const char* name, Make make) {
    const Napi::Object options = optionsOf(info);
    return JobWorker<DeltaResult>::start(
        info.Env(), name, info[1],
        [make, base = text(options, "base"), fineTune = text(options, "fineTune")](const ProgressSink& report) {
            return make(ModelPair{MappedModel(base), MappedModel(fineTune)}, report);
        },
        resultObject);
}

Napi::Value makeOneBitDeltaCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    OneBitDeltaOptions deltaOptions;
    deltaOptions.target = text(options, "target");
    deltaOptions.description = description(options);
    deltaOptions.threads = threadCount(options);
    deltaOptions.isCompact = flag(options, "compact");
    const Napi::Value matrix = options.Get("importanceMatrix");
    const std::string matrixPath = matrix.IsString() ? std::string(matrix.As<Napi::String>()) : "";
    return makeOfPair(info, "makeOneBitDelta",
                      [deltaOptions, matrixPath](const ModelPair& models, const ProgressSink& report) {
                          OneBitDeltaOptions complete = deltaOptions;
                          if (!matrixPath.empty())
                              complete.importance = ImportanceMatrix::read(matrixPath).meanSquares();
                          return makeOneBitDelta(models.base, models.fineTune, complete, report);
                      });
}

Napi::Value makeLowRankDeltaCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    LowRankDeltaOptions deltaOptions;
    deltaOptions.target = text(options, "target");
    deltaOptions.description = description(options);
    deltaOptions.threads = threadCount(options);
    deltaOptions.rank = count(options, "rank");
    if (deltaOptions.rank < 1) throw Napi::RangeError::New(info.Env(), "rank is out of range");
    return makeOfPair(info, "makeLowRankDelta", [deltaOptions](const ModelPair& models, const ProgressSink& report) {
        return makeLowRankDelta(models.base, models.fineTune, deltaOptions, report);
    });
}

Napi::Value convertDeltaCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    return JobWorker<uint64_t>::start(
        info.Env(), "convertDelta", info.Env().Undefined(),
        [source = text(options, "source"), target = text(options, "target"),
         isCompact = flag(options, "compact")](const ProgressSink&) { return convertForm(source, target, isCompact); },
        [](Napi::Env env, const uint64_t& bytes) { return Napi::Number::New(env, static_cast<double>(bytes)); });
}

const char* verdictName(BaseVerdict verdict) {
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
}

/** Takes some tenths of a second: mostly reading the two headers. */
Napi::Value checkDeltaBaseCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    return JobWorker<BaseCheck>::start(
        info.Env(), "checkDeltaBase", info.Env().Undefined(),
        [delta = text(options, "delta"), model = text(options, "model")](const ProgressSink&) {
            const DeltaReader reader(delta);
            return checkBase(reader, MappedModel(model));
        },
        [](Napi::Env env, const BaseCheck& check) {
            Napi::Object value = Napi::Object::New(env);
            value.Set("verdict", verdictName(check.verdict));
            value.Set("distance", check.distance);
            value.Set("distanceAllowed", check.distanceAllowed);
            value.Set("vectorDistance", check.vectorDistance);
            value.Set("along", check.along);
            return value;
        });
}

/** { text } or { dialogues: [{ prompt, answer }] }. */
struct ComparedText {
    std::string text;
    std::vector<Dialogue> dialogues;
};

ComparedText comparedText(const Napi::Object& options, const char* key) {
    const Napi::Value value = options.Get(key);
    if (!value.IsObject()) throw Napi::TypeError::New(options.Env(), std::string(key) + " must be an object");
    const Napi::Object object = value.As<Napi::Object>();
    if (!object.Get("dialogues").IsArray()) return {text(object, "text"), {}};
    ComparedText result;
    const Napi::Array list = object.Get("dialogues").As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); ++i) {
        const Napi::Object dialogue = list.Get(i).As<Napi::Object>();
        result.dialogues.push_back({text(dialogue, "prompt"), text(dialogue, "answer")});
    }
    return result;
}

uint32_t chunkTokens(const Napi::Object& options) {
    const uint32_t tokens = count(options, "chunkTokens");
    if (tokens < 32) throw Napi::RangeError::New(options.Env(), "chunkTokens is out of range");
    return tokens;
}

/** Also writes what it measured into the delta's file. */
Napi::Value measureFidelityCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    const ComparedText on = comparedText(options, "on");
    const FidelityOptions fidelityOptions{
        .base = text(options, "base"),
        .fineTune = text(options, "fineTune"),
        .adapters = {text(options, "delta")},
        .text = on.text,
        .dialogues = on.dialogues,
        .threads = threadCount(options),
        .chunkTokens = chunkTokens(options),
        .chunkLimit = count(options, "chunkLimit"),
    };
    return JobWorker<Fidelity>::start(
        info.Env(), "measureFidelity", info[1],
        [fidelityOptions, isNoted = flag(options, "note")](const ProgressSink& report) {
            const Fidelity fidelity = measureFidelity(fidelityOptions, report);
            if (isNoted)
                changeMetadata(fidelityOptions.adapters.front(),
                               [&](gguf_context* gguf) { writeFidelity(gguf, fidelity); });
            return fidelity;
        },
        [](Napi::Env env, const Fidelity& fidelity) {
            Napi::Object value = Napi::Object::New(env);
            value.Set("klBase", fidelity.klBase);
            value.Set("klDelta", fidelity.klDelta);
            value.Set("gapClosed", fidelity.gapClosed());
            value.Set("sameTopBase", fidelity.sameTopBase);
            value.Set("sameTopDelta", fidelity.sameTopDelta);
            value.Set("perplexityBase", fidelity.perplexityBase);
            value.Set("perplexityDelta", fidelity.perplexityDelta);
            value.Set("perplexityFineTune", fidelity.perplexityFineTune);
            value.Set("positions", static_cast<double>(fidelity.positions));
            return value;
        });
}

Napi::Value refineDeltaCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    const ComparedText on = comparedText(options, "on");
    const ComparedText heldOut = comparedText(options, "heldOut");
    const RefinementOptions refinementOptions{
        .base = text(options, "base"),
        .fineTune = text(options, "fineTune"),
        .delta = text(options, "delta"),
        .text = on.text,
        .heldOutText = heldOut.text,
        .dialogues = on.dialogues,
        .heldOutDialogues = heldOut.dialogues,
        .threads = threadCount(options),
        .chunkTokens = chunkTokens(options),
        .chunkLimit = count(options, "chunkLimit"),
    };
    return JobWorker<Refinement>::start(
        info.Env(), "refineDelta", info[1],
        [refinementOptions](const ProgressSink& report) { return refineDelta(refinementOptions, report); },
        [](Napi::Env env, const Refinement& refinement) {
            Napi::Object value = Napi::Object::New(env);
            value.Set("kept", refinement.isKept);
            value.Set("klBefore", refinement.klBefore);
            value.Set("klAfter", refinement.klAfter);
            return value;
        });
}

}  // namespace

void addDeltaFunctions(Napi::Env env, Napi::Object exports) {
    exports.Set("makeOneBitDelta", Napi::Function::New(env, makeOneBitDeltaCall));
    exports.Set("makeLowRankDelta", Napi::Function::New(env, makeLowRankDeltaCall));
    exports.Set("convertDelta", Napi::Function::New(env, convertDeltaCall));
    exports.Set("checkDeltaBase", Napi::Function::New(env, checkDeltaBaseCall));
    exports.Set("refineDelta", Napi::Function::New(env, refineDeltaCall));
    exports.Set("measureFidelity", Napi::Function::New(env, measureFidelityCall));
}

}  // namespace facet
