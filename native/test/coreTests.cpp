// Unit tests of the native core; scripts/nativeTests.ts runs them.
#if defined(__linux__)
#include <sys/resource.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/Backend.h"
#include "core/Failure.h"
#include "core/FileType.h"
#include "core/ImportanceCollector.h"
#include "core/ImportanceMatrix.h"
#include "core/LlamaLog.h"
#include "core/MappedFile.h"
#include "core/ModelFile.h"
#include "core/QualityMeter.h"
#include "core/Quantizer.h"
#include "core/parallel.h"
#include "core/paths.h"
#include "ggml-backend.h"
#include "ggml.h"
#include "test/testing.h"

namespace {

using namespace facet::test;

void klIsTheTextbookSum() {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 2);
    std::vector<float> source(1000);
    std::vector<float> candidate(1000);
    for (int round = 0; round < 20; ++round) {
        for (float& value : source) value = normal(random);
        for (size_t i = 0; i < candidate.size(); ++i) candidate[i] = source[i] + normal(random) / 10;
        const facet::NextToken left = facet::nextToken(source.data(), 1000, 3);
        const facet::NextToken right = facet::nextToken(candidate.data(), 1000, 3);
        double expected = 0;
        double sourceSum = 0;
        double candidateSum = 0;
        for (size_t i = 0; i < source.size(); ++i) {
            sourceSum += std::exp(static_cast<double>(source[i]));
            candidateSum += std::exp(static_cast<double>(candidate[i]));
        }
        for (size_t i = 0; i < source.size(); ++i) {
            const double p = std::exp(static_cast<double>(source[i])) / sourceSum;
            const double q = std::exp(static_cast<double>(candidate[i])) / candidateSum;
            expected += p * std::log(p / q);
        }
        const double kl = facet::klDivergence(source.data(), left.logSumExp, candidate.data(), right.logSumExp, 1000);
        CHECK(std::abs(kl - expected) < 1e-5);
        CHECK(kl > 0);
        CHECK(std::abs(left.logSumExp - std::log(sourceSum)) < 1e-5);
        CHECK(std::abs(left.negativeLogLikelihood - (std::log(sourceSum) - source[3])) < 1e-5);
        CHECK(source[static_cast<size_t>(left.top)] == *std::max_element(source.begin(), source.end()));
        CHECK(facet::klDivergence(source.data(), left.logSumExp, source.data(), left.logSumExp, 1000) == 0);
    }
}

void percentilesInterpolate() {
    CHECK(facet::percentile({4}, 0.99) == 4);
    CHECK(facet::percentile({0, 10}, 0.5) == 5);
    CHECK(facet::percentile({0, 1, 2, 3, 4}, 1.0) == 4);
    CHECK(std::abs(facet::percentile({0, 100}, 0.99) - 99) < 1e-9);
}

void unknownTypesAreRefused() {
    CHECK(facet::fileTypeFromName("Q4_K_M") == LLAMA_FTYPE_MOSTLY_Q4_K_M);
    CHECK(facet::tensorTypeFromName("q4_K") == GGML_TYPE_Q4_K);
    CHECK(facet::tensorTypeFromName("no such type") == GGML_TYPE_COUNT);
    bool isRefused = false;
    try {
        facet::fileTypeFromName("Q4_K_M ");
    } catch (const facet::Failure& failure) {
        isRefused = failure.code() == "type-unknown";
    }
    CHECK(isRefused);
}

facet::ImportanceMatrix sampleMatrix() {
    facet::ImportanceMatrix matrix;
    matrix.entries["blk.0.attn_q.weight"] = {{1, 2, 3, 4}, {2}};
    matrix.entries["blk.0.ffn_down_exps.weight"] = {{1, 2, 3, 4, 5, 6}, {2, 0, 4}};
    matrix.datasets = {"one.txt", "two.txt"};
    matrix.chunkCount = 7;
    matrix.chunkTokens = 512;
    return matrix;
}

void matricesSurviveTheFile() {
    const facet::ImportanceMatrix matrix = sampleMatrix();
    matrix.write(inFolder("m.gguf"));
    const facet::ImportanceMatrix read = facet::ImportanceMatrix::read(inFolder("m.gguf"));
    CHECK(read.entries.size() == 2);
    CHECK(read.entries.at("blk.0.ffn_down_exps.weight").sums == matrix.entries.at("blk.0.ffn_down_exps.weight").sums);
    CHECK(read.entries.at("blk.0.ffn_down_exps.weight").counts == (std::vector<int64_t>{2, 0, 4}));
    CHECK(read.datasets == matrix.datasets);
    CHECK(read.chunkCount == 7 && read.chunkTokens == 512);
    // An expert that saw no token weighs all columns the same.
    CHECK(read.meanSquares().at("blk.0.ffn_down_exps.weight") == (std::vector<float>{0.5F, 1, 1, 1, 1.25F, 1.5F}));
}

/** Paths are UTF-8, also where the system's own text is not. */
void filesHaveNamesInAnyLanguage() {
    const std::string path = inFolder("m\u00e4\u6a21\u578b.gguf");
    sampleMatrix().write(path);
    CHECK(facet::ImportanceMatrix::read(path).entries.size() == 2);
    CHECK(std::filesystem::exists(folder / std::filesystem::path(u8"m\u00e4\u6a21\u578b.gguf")));
    CHECK(facet::fileName(path) == "m\u00e4\u6a21\u578b.gguf");
    const facet::MappedFile file(path);
    const std::vector<char> bytes = bytesOf(path);
    CHECK(file.bytes() == bytes.size() && std::memcmp(file.data(), bytes.data(), bytes.size()) == 0);
    // What is given back is read again when it is needed.
    facet::MappedFile::release(file.data(), file.bytes());
    CHECK(std::memcmp(file.data(), bytes.data(), bytes.size()) == 0);
    CHECK(failureOf([] { facet::MappedFile missing(inFolder("m\u00e4.gguf")); }) == "source-missing");
    writeBytes(inFolder("empty.gguf"), {});
    CHECK(failureOf([] { facet::MappedFile empty(inFolder("empty.gguf")); }) == "model-unreadable");
}

/** Whatever the bytes are: a matrix or a Failure, never a crash. The sanitizers are the judges. */
void damagedMatricesAreRefused() {
    sampleMatrix().write(inFolder("m.gguf"));
    const std::vector<char> whole = bytesOf(inFolder("m.gguf"));
    std::mt19937 random(2);
    int refused = 0;
    constexpr int kRounds = 3000;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<char> bytes = whole;
        if (round % 3 == 0) bytes.resize(random() % bytes.size());
        for (unsigned change = 0; change < random() % 6 && !bytes.empty(); ++change) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        // Also as the older form, which has no magic number.
        if (round % 5 == 0 && bytes.size() > 4) bytes[0] = 2, bytes[1] = bytes[2] = bytes[3] = 0;
        writeBytes(inFolder("damaged"), bytes);
        try {
            for (const auto& [name, values] : facet::ImportanceMatrix::read(inFolder("damaged")).meanSquares()) {
                for (const float value : values) CHECK(!std::isnan(value));
            }
        } catch (const facet::Failure&) {
            ++refused;
        }
        try {
            facet::describeModelFile(inFolder("damaged"));
        } catch (const facet::Failure&) {
        }
    }
    CHECK(refused > kRounds / 4);
    CHECK(refused < kRounds);
}

using GgmlPointer = std::unique_ptr<ggml_context, decltype(&ggml_free)>;
using BufferPointer = std::unique_ptr<ggml_backend_buffer, decltype(&ggml_backend_buffer_free)>;

void collectorSumsSquares() {
    constexpr int64_t kWidth = 37;  // no multiple of any vector
    constexpr int64_t kTokens = 20;
    constexpr int64_t kExperts = 4;
    const GgmlPointer context(ggml_init({.mem_size = 1 << 20, .mem_buffer = nullptr, .no_alloc = true}), ggml_free);
    ggml_tensor* weight = ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, kWidth, 8);
    ggml_tensor* input = ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, kWidth, kTokens);
    ggml_set_name(weight, "blk.3.ffn_up.weight");
    ggml_tensor* dense = ggml_mul_mat(context.get(), weight, input);

    ggml_tensor* experts = ggml_new_tensor_3d(context.get(), GGML_TYPE_F32, kWidth, 8, kExperts);
    ggml_tensor* routed = ggml_new_tensor_3d(context.get(), GGML_TYPE_F32, kWidth, 2, kTokens);
    ggml_tensor* ids = ggml_new_tensor_2d(context.get(), GGML_TYPE_I32, 2, kTokens);
    ggml_set_name(experts, "CPU#blk.3.ffn_up_exps.weight#0");
    ggml_tensor* sparse = ggml_mul_mat_id(context.get(), experts, routed, ids);
    const BufferPointer buffer(ggml_backend_alloc_ctx_tensors_from_buft(context.get(), ggml_backend_cpu_buffer_type()),
                               ggml_backend_buffer_free);

    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    auto* values = static_cast<float*>(input->data);
    for (int64_t i = 0; i < kWidth * kTokens; ++i) values[i] = normal(random);
    auto* routedValues = static_cast<float*>(routed->data);
    for (int64_t i = 0; i < kWidth * 2 * kTokens; ++i) routedValues[i] = normal(random);
    auto* idValues = static_cast<int32_t*>(ids->data);
    for (int64_t i = 0; i < 2 * kTokens; ++i) idValues[i] = static_cast<int32_t>(random() % (kExperts - 1));

    facet::ImportanceCollector collector;
    CHECK(facet::ImportanceCollector::callback(dense, true, &collector));
    CHECK(facet::ImportanceCollector::callback(dense, false, &collector));
    CHECK(facet::ImportanceCollector::callback(sparse, true, &collector));
    CHECK(facet::ImportanceCollector::callback(sparse, false, &collector));
    CHECK(!collector.hasFailed());

    // An expert that is not there, and a value that is not finite, are reported and stop the collecting.
    facet::ImportanceCollector careful;
    const int32_t kept = std::exchange(idValues[5], 99);
    facet::ImportanceCollector::callback(sparse, false, &careful);
    CHECK(careful.hasFailed());
    CHECK(!facet::ImportanceCollector::callback(sparse, true, &careful));
    idValues[5] = kept;
    facet::ImportanceCollector finite;
    const float keptValue = std::exchange(values[40], NAN);
    facet::ImportanceCollector::callback(dense, false, &finite);
    CHECK(finite.hasFailed());
    values[40] = keptValue;

    facet::ImportanceMatrix matrix = collector.take();
    const facet::ImportanceEntry& denseEntry = matrix.entries.at("blk.3.ffn_up.weight");
    const facet::ImportanceEntry& sparseEntry = matrix.entries.at("blk.3.ffn_up_exps.weight");
    CHECK(denseEntry.counts == std::vector<int64_t>{kTokens});
    for (int64_t column = 0; column < kWidth; ++column) {
        double expected = 0;
        for (int64_t row = 0; row < kTokens; ++row) expected += std::pow(values[row * kWidth + column], 2);
        CHECK(std::abs(denseEntry.sums[static_cast<size_t>(column)] - expected) < 1e-4 * expected + 1e-6);
    }
    int64_t counted = 0;
    for (int64_t expert = 0; expert < kExperts; ++expert) {
        int64_t count = 0;
        std::vector<double> expected(kWidth, 0);
        for (int64_t token = 0; token < kTokens; ++token) {
            for (int64_t slot = 0; slot < 2; ++slot) {
                if (idValues[token * 2 + slot] != expert) continue;
                ++count;
                for (int64_t column = 0; column < kWidth; ++column) {
                    expected[static_cast<size_t>(column)] +=
                        std::pow(routedValues[(token * 2 + slot) * kWidth + column], 2);
                }
            }
        }
        counted += count;
        CHECK(sparseEntry.counts[static_cast<size_t>(expert)] == count);
        for (int64_t column = 0; column < kWidth; ++column) {
            const double sum = sparseEntry.sums[static_cast<size_t>(expert * kWidth + column)];
            CHECK(std::abs(sum - expected[static_cast<size_t>(column)]) < 1e-4 * sum + 1e-6);
        }
    }
    CHECK(counted == 2 * kTokens);
}

void logKeepsTheReasonAndGivesBackTheLog() {
    ggml_log_callback before = nullptr;
    void* data = nullptr;
    llama_log_get(&before, &data);
    try {
        facet::planQuantize(inFolder("not there.gguf"), LLAMA_FTYPE_MOSTLY_Q4_0, false);
        CHECK(false);
    } catch (const facet::Failure& failure) {
        CHECK(failure.code() == "model-unreadable");
        CHECK(std::strstr(failure.what(), "not there") != nullptr);
    }
    ggml_log_callback after = nullptr;
    llama_log_get(&after, &data);
    CHECK(before == after);
}

/** Calls of several worker threads overlap: each hears its own reasons, and the log goes back to whom it belonged. */
void logsOfSeveralThreadsKeepApart() {
    ggml_log_callback before = nullptr;
    void* data = nullptr;
    llama_log_get(&before, &data);
    constexpr int kThreads = 4;
    std::array<int, kThreads> right{};
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([thread, &right] {
            const std::string name = "missing-" + std::to_string(thread);
            for (int round = 0; round < 300; ++round) {
                try {
                    facet::planQuantize(inFolder(name.c_str()), LLAMA_FTYPE_MOSTLY_Q4_0, false);
                } catch (const facet::Failure& failure) {
                    if (std::strstr(failure.what(), name.c_str()) != nullptr) ++right[static_cast<size_t>(thread)];
                }
            }
        });
    }
    threads.clear();
    for (const int count : right) CHECK(count == 300);
    ggml_log_callback after = nullptr;
    llama_log_get(&after, &data);
    CHECK(before == after);
}

/** llama.cpp is C in between: what a listener throws comes back when it is asked for. */
void whatAListenerThrowsComesBack() {
    const facet::LlamaLog log([](const char*) { throw std::length_error("a line too much"); });
    llama_model_free(llama_model_load_from_file(inFolder("not there.gguf").c_str(), llama_model_default_params()));
    bool isThrown = false;
    try {
        log.rethrow();
    } catch (const std::length_error&) {
        isThrown = true;
    }
    CHECK(isThrown);
    CHECK(log.lastErrors().find("not there") != std::string::npos);
    facet::LlamaLog().rethrow();
}

/** Whichever thread it is thrown on, it arrives at the caller, and the others stop. */
void anExceptionStopsAllThreads() {
    for (const int threads : {1, 2, 8}) {
        for (int round = 0; round < 50; ++round) {
            constexpr int64_t kPieces = 1'000'000;
            std::atomic<int64_t> done = 0;
            std::string thrown;
            try {
                facet::inParallel(kPieces, threads, [&](int64_t index, int) {
                    if (index == 100 + round) throw std::runtime_error("piece " + std::to_string(index));
                    ++done;
                });
            } catch (const std::runtime_error& error) {
                thrown = error.what();
            }
            CHECK(thrown == "piece " + std::to_string(100 + round));
            CHECK(done < kPieces - 1);
        }
    }
    std::vector<int> seen(1000, 0);
    facet::inParallel(1000, 16, [&](int64_t index, int) { ++seen[static_cast<size_t>(index)]; });
    CHECK(std::ranges::all_of(seen, [](int times) { return times == 1; }));
}

#if defined(__linux__) && !defined(FACET_ONE_INSTRUCTION_SET)

uint64_t addressSpaceBytes() {
    uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

/** Where there is no room for another thread's stack, those that there are do the work. Sanitizers need the room. */
void workIsDoneByTheThreadsThatThereAre() {
    rlimit before{};
    getrlimit(RLIMIT_AS, &before);
    rlimit tight = before;
    tight.rlim_cur = addressSpaceBytes() + (64 << 20);
    setrlimit(RLIMIT_AS, &tight);
    constexpr int kThreads = 500;
    std::array<std::atomic<int>, kThreads> seen{};
    std::atomic<int> mostAtOnce = 0;
    std::atomic<int> atOnce = 0;
    facet::inParallel(kThreads, kThreads, [&](int64_t index, int) {
        mostAtOnce = std::max<int>(mostAtOnce, ++atOnce);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        --atOnce;
        ++seen[static_cast<size_t>(index)];
    });
    setrlimit(RLIMIT_AS, &before);
    CHECK(std::ranges::all_of(seen, [](const std::atomic<int>& times) { return times == 1; }));
    CHECK(mostAtOnce < kThreads / 2);
}

#endif

/** ggml cuts a name of 64 bytes, and ends the process when two are the same then. */
void longNamesAreRefused() {
    std::string bytes;
    const auto number = [&](int32_t value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
    number(2);
    for (const char last : {'a', 'b'}) {
        const std::string name = std::string(70, 'x') + last;
        number(static_cast<int32_t>(name.size()));
        bytes += name;
        number(1);
        number(1);
        number(0x3f800000);
    }
    writeBytes(inFolder("long.dat"), {bytes.begin(), bytes.end()});
    const facet::ImportanceMatrix matrix = facet::ImportanceMatrix::read(inFolder("long.dat"));
    CHECK(matrix.entries.size() == 2);
    CHECK(failureOf([&] { matrix.write(inFolder("long.gguf")); }) == "importance-matrix-invalid");
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    folder = arguments[2];
    facet::loadBackends(arguments[1]);
    return runTests({TEST(klIsTheTextbookSum), TEST(percentilesInterpolate), TEST(unknownTypesAreRefused),
                     TEST(matricesSurviveTheFile), TEST(filesHaveNamesInAnyLanguage), TEST(damagedMatricesAreRefused),
                     TEST(collectorSumsSquares), TEST(logKeepsTheReasonAndGivesBackTheLog),
                     TEST(logsOfSeveralThreadsKeepApart), TEST(whatAListenerThrowsComesBack),
                     TEST(anExceptionStopsAllThreads),
#if defined(__linux__) && !defined(FACET_ONE_INSTRUCTION_SET)
                     TEST(workIsDoneByTheThreadsThatThereAre),
#endif
                     TEST(longNamesAreRefused)});
}
