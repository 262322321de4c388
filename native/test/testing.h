// What the native tests share: a check that goes on after a failure, and files in the folder that native/test/run.sh
// gives.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace facet::test {

inline int failures = 0;

inline void check(bool isGood, const char* what, int line) {
    if (isGood) return;
    ++failures;
    std::printf("FAIL line %d: %s\n", line, what);
}

/** The last line of a test program, and its exit code. */
inline int verdict(const char* subject) {
    if (failures == 0) {
        std::printf("%s: all tests passed\n", subject);
    } else {
        std::printf("%s: %d failures\n", subject, failures);
    }
    return failures == 0 ? 0 : 1;
}

/** Set by main. */
inline std::filesystem::path folder;

inline std::string inFolder(const std::string& name) { return (folder / name).string(); }

inline std::vector<char> bytesOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void writeBytes(const std::string& path, const std::vector<char>& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace facet::test

#define CHECK(condition) facet::test::check((condition), #condition, __LINE__)
