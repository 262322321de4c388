// The addon's functions for JavaScript. Their types: electron/engine/jobs/nativeAddon.ts. Only conversions live here.
#include <napi.h>

#include <optional>

#include "addon/calls.h"
#include "addon/delta.h"
#include "addon/limits.h"
#include "core/Backend.h"
#include "core/FileType.h"
#include "core/ImportanceCollector.h"
#include "core/ImportanceMatrix.h"
#include "core/ModelFile.h"
#include "core/QualityMeter.h"
#include "core/Quantizer.h"
#include "core/SpeedMeter.h"

#if defined(_WIN32)
#include "windows/imports.h"
#endif

namespace facet {

// Results. Not in an unnamed namespace: templates find them by their argument's namespace.

static Napi::Value toJavaScript(Napi::Env env, const ModelFile& file) {
    return objectOf(env, "architecture", file.architecture, "name", file.name, "kind", file.kind, "weightType",
                    file.weightType, "weightBytes", file.weightBytes, "parameters", file.parameters, "metadataBytes",
                    file.metadataBytes, "splits", file.splits);
}

static Napi::Value toJavaScript(Napi::Env env, const TensorPlan& plan) {
    return objectOf(env, "name", plan.name, "shape", plan.shape, "sourceType", ggml_type_name(plan.sourceType),
                    "targetType", ggml_type_name(plan.targetType), "sourceBytes", plan.sourceBytes, "targetBytes",
                    plan.targetBytes);
}

static Napi::Value toJavaScript(Napi::Env env, const ImportanceMatrix& matrix) {
    return objectOf(env, "entries", matrix.entries.size(), "chunks", matrix.chunkCount, "chunkTokens",
                    matrix.chunkTokens, "datasets", matrix.datasets);
}

static Napi::Value toJavaScript(Napi::Env env, const Quality& quality) {
    return objectOf(env, "perplexity", quality.perplexity, "perplexityError", quality.perplexityError, "klMean",
                    quality.klMean, "klMeanError", quality.klMeanError, "klMedian", quality.klMedian, "klPercentile99",
                    quality.klPercentile99, "klMaximum", quality.klMaximum, "sameTopToken", quality.sameTopToken);
}

static Napi::Value toJavaScript(Napi::Env env, const QualityReport& report) {
    return objectOf(env, "source", report.source, "candidates", report.candidates, "positions", report.positions,
                    "chunks", report.chunks);
}

static Napi::Value toJavaScript(Napi::Env env, const Speed& speed) {
    return objectOf(env, "prefillTokensPerSecond", speed.prefillTokensPerSecond, "decodeTokensPerSecond",
                    speed.decodeTokensPerSecond);
}

namespace {

/** Everything else waits for it. */
Napi::Value loadBackendsCall(const Napi::CallbackInfo& info) {
    loadBackends(optionsOf(info).text("librariesFolder"));
    return info.Env().Undefined();
}

Napi::Value describeModelFileCall(const JobCall& call) {
    return call.run([path = call.options.text("path")](const ProgressSink&) { return describeModelFile(path); });
}

Napi::Value planQuantizeCall(const JobCall& call) {
    const Options& options = call.options;
    return call.run([source = options.text("source"), type = fileTypeFromName(options.text("type")),
                     calibrated = options.flag("calibrated")](const ProgressSink&) {
        return planQuantize(source, type, calibrated);
    });
}

Napi::Value quantizeCall(const JobCall& call) {
    const Options& options = call.options;
    const QuantizeOptions quantizeOptions{
        .source = options.text("source"),
        .target = options.text("target"),
        .fileType = fileTypeFromName(options.text("type")),
        .threads = options.threads(),
        .allowRequantize = options.flag("allowRequantize"),
        .importance = nullptr,
        .metadata = options.textsByName("metadata"),
        .sourceBytes = options.bytes("sourceBytes"),
        .bufferBytes = options.bytes("bufferBytes"),
    };
    return call.run([quantizeOptions, importance = options.textOrNone("importanceMatrix")](const ProgressSink& report) {
        QuantizeOptions complete = quantizeOptions;
        std::optional<ImportanceMatrix> matrix;
        if (!importance.empty()) {
            matrix = ImportanceMatrix::read(importance);
            complete.importance = &*matrix;
        }
        quantize(complete, report);
        return Nothing{};
    });
}

Napi::Value collectImportanceCall(const JobCall& call) {
    const Options& options = call.options;
    const ImportanceOptions importanceOptions{
        .model = options.text("model"),
        .texts = options.texts("texts"),
        .datasetName = options.text("datasetName"),
        .threads = options.threads(),
        .chunkTokens = options.count("chunkTokens", kChunkTokensLeast, kContextTokensMost),
        .chunkLimit = options.count("chunkLimit", 0, UINT32_MAX),
    };
    return call.run([importanceOptions, target = options.text("target")](const ProgressSink& report) {
        ImportanceMatrix matrix = collectImportance(importanceOptions, report);
        matrix.write(target);
        return matrix;
    });
}

/** Reads a matrix made elsewhere, in either form, and writes it in the GGUF form. */
Napi::Value importImportanceCall(const JobCall& call) {
    return call.run([source = call.options.text("source"), target = call.options.text("target")](const ProgressSink&) {
        ImportanceMatrix matrix = ImportanceMatrix::read(source);
        matrix.write(target);
        return matrix;
    });
}

Napi::Value measureQualityCall(const JobCall& call) {
    const Options& options = call.options;
    const QualityOptions qualityOptions{
        .source = options.text("source"),
        .candidates = options.texts("candidates"),
        .text = options.text("text"),
        .threads = options.threads(),
        .chunkTokens = options.count("chunkTokens", kChunkTokensLeast, kContextTokensMost),
        .chunkLimit = options.count("chunkLimit", 0, UINT32_MAX),
    };
    return call.run([qualityOptions](const ProgressSink& report) { return measureQuality(qualityOptions, report); });
}

Napi::Value measureSpeedCall(const JobCall& call) {
    constexpr uint32_t kRepeatsMost = 1000;
    const Options& options = call.options;
    const SpeedOptions speedOptions{
        .model = options.text("model"),
        .threads = options.threads(),
        .prefillTokens = options.count("prefillTokens", 1, kContextTokensMost),
        .decodeTokens = options.count("decodeTokens", 1, kContextTokensMost),
        .repeats = options.count("repeats", 1, kRepeatsMost),
    };
    return call.run([speedOptions](const ProgressSink& report) { return measureSpeed(speedOptions, report); });
}

Napi::Value generateOneTokenCall(const JobCall& call) {
    return call.run([model = call.options.text("model"), threads = call.options.threads()](const ProgressSink&) {
        return generateOneToken(model, threads);
    });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
#if defined(_WIN32)
    bindLibraries();
#endif
    exports.Set("llamaCppVersion", llama_version());
    exportFunction(env, exports, "loadBackends", loadBackendsCall);
    exportJob(env, exports, "describeModelFile", describeModelFileCall);
    exportJob(env, exports, "planQuantize", planQuantizeCall);
    exportJob(env, exports, "quantize", quantizeCall);
    exportJob(env, exports, "collectImportance", collectImportanceCall);
    exportJob(env, exports, "importImportance", importImportanceCall);
    exportJob(env, exports, "measureQuality", measureQualityCall);
    exportJob(env, exports, "measureSpeed", measureSpeedCall);
    exportJob(env, exports, "generateOneToken", generateOneTokenCall);
    exportDeltaJobs(env, exports);
    return exports;
}

}  // namespace

NODE_API_MODULE(facet, init)

}  // namespace facet
