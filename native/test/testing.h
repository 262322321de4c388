// What the native tests share: a list of tests that goes on after a failure and prints what became of each, and files
// in a folder of their own. scripts/nativeTests.ts builds and runs them, and reads what they print (TAP).
#pragma once

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "core/Failure.h"
#include "core/paths.h"

namespace facet::test {

/** Of the test that runs. */
inline int failures = 0;

inline void check(bool isGood, const char* what, int line) {
    if (isGood) return;
    ++failures;
    std::printf("# line %d: %s\n", line, what);
}

struct Test {
    std::string name;
    std::function<void()> run;
};

/** Each in turn; a test that throws has failed. Returns the exit code. */
inline int runTests(const std::vector<Test>& tests) {
    // Also into a pipe line by line: a crash loses nothing of what was printed before it.
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    std::printf("1..%zu\n", tests.size());
    int failed = 0;
    for (size_t i = 0; i < tests.size(); ++i) {
        failures = 0;
        const auto start = std::chrono::steady_clock::now();
        try {
            tests[i].run();
        } catch (const std::exception& error) {
            ++failures;
            std::printf("# thrown: %s\n", error.what());
        }
        if (failures > 0) ++failed;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        std::printf("%s %zu - %s (%.2f s)\n", failures == 0 ? "ok" : "not ok", i + 1, tests[i].name.c_str(),
                    took.count());
    }
    return failed == 0 ? 0 : 1;
}

/** Set by main. */
inline std::filesystem::path folder;

inline std::string inFolder(const std::string& name) { return textOf(folder / pathOf(name)); }

inline std::vector<char> bytesOf(const std::string& path) {
    std::ifstream file(pathOf(path), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void writeBytes(const std::string& path, const std::vector<char>& bytes) {
    std::ofstream(pathOf(path), std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/** The code of the Failure that `work` throws; empty when it throws none. */
inline std::string failureOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const Failure& failure) {
        return failure.code();
    }
    return "";
}

}  // namespace facet::test

#define CHECK(condition) facet::test::check((condition), #condition, __LINE__)
/** A function as a Test of its own name. */
#define TEST(function) \
    facet::test::Test { #function, function }
