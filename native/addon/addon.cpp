// The addon's functions for JavaScript. Their types: electron/engine/jobs/nativeAddon.ts. Only conversions live here.
#include <napi.h>

#include <optional>

#include "addon/JobWorker.h"
#include "addon/delta.h"
#include "addon/options.h"
#include "core/Backend.h"
#include "core/FileType.h"
#include "core/ImportanceCollector.h"
#include "core/ImportanceMatrix.h"
#include "core/ModelFile.h"
#include "core/QualityMeter.h"
#include "core/Quantizer.h"
#include "core/SpeedMeter.h"

namespace facet {

namespace {

llama_ftype fileType(const Napi::Object& options) {
    try {
        return fileTypeFromName(text(options, "type"));
    } catch (const Failure& failure) {
        const Napi::Error error = Napi::Error::New(options.Env(), failure.what());
        error.Value().Set("code", failure.code());
        throw error;
    }
}

/** Synchronous: it takes milliseconds, and everything else waits for it. */
void loadBackendsCall(const Napi::CallbackInfo& info) {
    try {
        loadBackends(text(optionsOf(info), "librariesFolder"));
    } catch (const Failure& failure) {
        const Napi::Error error = Napi::Error::New(info.Env(), failure.what());
        error.Value().Set("code", failure.code());
        throw error;
    }
}

Napi::Value describeModelFileCall(const Napi::CallbackInfo& info) {
    const std::string path = text(optionsOf(info), "path");
    return JobWorker<ModelFile>::start(
        info.Env(), "describeModelFile", info.Env().Undefined(),
        [path](const ProgressSink&) { return describeModelFile(path); },
        [](Napi::Env env, const ModelFile& file) {
            Napi::Object value = Napi::Object::New(env);
            value.Set("architecture", file.architecture);
            value.Set("name", file.name);
            value.Set("kind", file.kind);
            value.Set("weightType", file.weightType);
            value.Set("weightBytes", static_cast<double>(file.weightBytes));
            value.Set("parameters", static_cast<double>(file.parameters));
            value.Set("metadataBytes", static_cast<double>(file.metadataBytes));
            value.Set("splits", file.splits);
            return value;
        });
}

Napi::Value planQuantizeCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    using Plans = std::vector<TensorPlan>;
    return JobWorker<Plans>::start(
        info.Env(), "planQuantize", info.Env().Undefined(),
        [source = text(options, "source"), type = fileType(options), calibrated = flag(options, "calibrated")](
            const ProgressSink&) { return planQuantize(source, type, calibrated); },
        [](Napi::Env env, const Plans& plans) {
            Napi::Array list = Napi::Array::New(env, plans.size());
            for (uint32_t i = 0; i < plans.size(); ++i) {
                const TensorPlan& plan = plans[i];
                Napi::Object item = Napi::Object::New(env);
                Napi::Array shape = Napi::Array::New(env, plan.shape.size());
                for (uint32_t axis = 0; axis < plan.shape.size(); ++axis) {
                    shape.Set(axis, static_cast<double>(plan.shape[axis]));
                }
                item.Set("name", plan.name);
                item.Set("shape", shape);
                item.Set("sourceType", ggml_type_name(plan.sourceType));
                item.Set("targetType", ggml_type_name(plan.targetType));
                item.Set("sourceBytes", static_cast<double>(plan.sourceBytes));
                item.Set("targetBytes", static_cast<double>(plan.targetBytes));
                list.Set(i, item);
            }
            return list;
        });
}

Napi::Value quantizeCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    QuantizeOptions quantizeOptions{
        .source = text(options, "source"),
        .target = text(options, "target"),
        .fileType = fileType(options),
        .threads = threadCount(options),
        .allowRequantize = flag(options, "allowRequantize"),
        .importance = nullptr,
        .metadata = {},
        .sourceBytes = static_cast<uint64_t>(number(options, "sourceBytes")),
        .bufferBytes = static_cast<uint64_t>(number(options, "bufferBytes")),
    };
    const Napi::Object metadata = options.Get("metadata").As<Napi::Object>();
    const Napi::Array keys = metadata.GetPropertyNames();
    for (uint32_t i = 0; i < keys.Length(); ++i) {
        const std::string key = keys.Get(i).As<Napi::String>();
        quantizeOptions.metadata.emplace_back(key, text(metadata, key.c_str()));
    }
    const Napi::Value importancePath = options.Get("importanceMatrix");
    const std::string importance = importancePath.IsString() ? importancePath.As<Napi::String>().Utf8Value() : "";
    return JobWorker<Nothing>::start(
        info.Env(), "quantize", info[1],
        [quantizeOptions, importance](const ProgressSink& report) mutable {
            std::optional<ImportanceMatrix> matrix;
            if (!importance.empty()) {
                matrix = ImportanceMatrix::read(importance);
                quantizeOptions.importance = &*matrix;
            }
            quantize(quantizeOptions, report);
            return Nothing{};
        },
        undefinedValue);
}

Napi::Value importanceSummary(Napi::Env env, const ImportanceMatrix& matrix) {
    Napi::Object value = Napi::Object::New(env);
    Napi::Array datasets = Napi::Array::New(env, matrix.datasets.size());
    for (uint32_t i = 0; i < matrix.datasets.size(); ++i) datasets.Set(i, matrix.datasets[i]);
    value.Set("entries", static_cast<double>(matrix.entries.size()));
    value.Set("chunks", matrix.chunkCount);
    value.Set("chunkTokens", matrix.chunkTokens);
    value.Set("datasets", datasets);
    return value;
}

Napi::Value collectImportanceCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    const ImportanceOptions importanceOptions{
        .model = text(options, "model"),
        .texts = texts(options, "texts"),
        .datasetName = text(options, "datasetName"),
        .threads = threadCount(options),
        .chunkTokens = count(options, "chunkTokens"),
        .chunkLimit = count(options, "chunkLimit"),
    };
    if (importanceOptions.chunkTokens < 32) throw Napi::RangeError::New(info.Env(), "chunkTokens is out of range");
    return JobWorker<ImportanceMatrix>::start(
        info.Env(), "collectImportance", info[1],
        [importanceOptions, target = text(options, "target")](const ProgressSink& report) {
            ImportanceMatrix matrix = collectImportance(importanceOptions, report);
            matrix.write(target);
            return matrix;
        },
        importanceSummary);
}

/** Reads a matrix made elsewhere, in either form, and writes it in the GGUF form. */
Napi::Value importImportanceCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    return JobWorker<ImportanceMatrix>::start(
        info.Env(), "importImportance", info.Env().Undefined(),
        [source = text(options, "source"), target = text(options, "target")](const ProgressSink&) {
            ImportanceMatrix matrix = ImportanceMatrix::read(source);
            matrix.write(target);
            return matrix;
        },
        importanceSummary);
}

Napi::Object qualityObject(Napi::Env env, const Quality& quality) {
    Napi::Object value = Napi::Object::New(env);
    value.Set("perplexity", quality.perplexity);
    value.Set("perplexityError", quality.perplexityError);
    value.Set("klMean", quality.klMean);
    value.Set("klMeanError", quality.klMeanError);
    value.Set("klMedian", quality.klMedian);
    value.Set("klPercentile99", quality.klPercentile99);
    value.Set("klMaximum", quality.klMaximum);
    value.Set("sameTopToken", quality.sameTopToken);
    return value;
}

Napi::Value measureQualityCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    QualityOptions qualityOptions{
        .source = text(options, "source"),
        .candidates = {},
        .text = text(options, "text"),
        .threads = threadCount(options),
        .chunkTokens = count(options, "chunkTokens"),
        .chunkLimit = count(options, "chunkLimit"),
    };
    if (qualityOptions.chunkTokens < 32) throw Napi::RangeError::New(info.Env(), "chunkTokens is out of range");
    const Napi::Array candidates = options.Get("candidates").As<Napi::Array>();
    for (uint32_t i = 0; i < candidates.Length(); ++i) {
        qualityOptions.candidates.push_back(candidates.Get(i).As<Napi::String>());
    }
    return JobWorker<QualityReport>::start(
        info.Env(), "measureQuality", info[1],
        [qualityOptions](const ProgressSink& report) { return measureQuality(qualityOptions, report); },
        [](Napi::Env env, const QualityReport& report) {
            Napi::Object value = Napi::Object::New(env);
            Napi::Array measured = Napi::Array::New(env, report.candidates.size());
            for (uint32_t i = 0; i < report.candidates.size(); ++i) {
                measured.Set(i, qualityObject(env, report.candidates[i]));
            }
            value.Set("source", qualityObject(env, report.source));
            value.Set("candidates", measured);
            value.Set("positions", static_cast<double>(report.positions));
            value.Set("chunks", static_cast<double>(report.chunks));
            return value;
        });
}

Napi::Value measureSpeedCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    const SpeedOptions speedOptions{
        .model = text(options, "model"),
        .threads = threadCount(options),
        .prefillTokens = std::max(1U, count(options, "prefillTokens")),
        .decodeTokens = std::max(1U, count(options, "decodeTokens")),
        .repeats = std::max(1U, count(options, "repeats")),
    };
    return JobWorker<Speed>::start(
        info.Env(), "measureSpeed", info[1],
        [speedOptions](const ProgressSink& report) { return measureSpeed(speedOptions, report); },
        [](Napi::Env env, const Speed& speed) {
            Napi::Object value = Napi::Object::New(env);
            value.Set("prefillTokensPerSecond", speed.prefillTokensPerSecond);
            value.Set("decodeTokensPerSecond", speed.decodeTokensPerSecond);
            return value;
        });
}

Napi::Value generateOneTokenCall(const Napi::CallbackInfo& info) {
    const Napi::Object options = optionsOf(info);
    return JobWorker<llama_token>::start(
        info.Env(), "generateOneToken", info.Env().Undefined(),
        [model = text(options, "model"), threads = threadCount(options)](const ProgressSink&) {
            return generateOneToken(model, threads);
        },
        [](Napi::Env env, const llama_token& token) { return Napi::Number::New(env, token); });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    exports.Set("llamaCppVersion", llama_version());
    exports.Set("loadBackends", Napi::Function::New(env, loadBackendsCall));
    exports.Set("describeModelFile", Napi::Function::New(env, describeModelFileCall));
    exports.Set("planQuantize", Napi::Function::New(env, planQuantizeCall));
    exports.Set("quantize", Napi::Function::New(env, quantizeCall));
    exports.Set("collectImportance", Napi::Function::New(env, collectImportanceCall));
    exports.Set("importImportance", Napi::Function::New(env, importImportanceCall));
    exports.Set("measureQuality", Napi::Function::New(env, measureQualityCall));
    exports.Set("measureSpeed", Napi::Function::New(env, measureSpeedCall));
    exports.Set("generateOneToken", Napi::Function::New(env, generateOneTokenCall));
    addDeltaFunctions(env, exports);
    return exports;
}

}  // namespace

NODE_API_MODULE(facet, init)

}  // namespace facet
