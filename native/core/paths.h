// Paths are UTF-8 text on every system. std::filesystem takes text on Windows for the code page of the system, so every
// path that is given to it goes through here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace facet {

inline std::filesystem::path pathOf(std::string_view utf8) {
    return {std::u8string(reinterpret_cast<const char8_t*>(utf8.data()), utf8.size())};
}

inline std::string textOf(const std::filesystem::path& path) {
    const std::u8string utf8 = path.u8string();
    return {reinterpret_cast<const char*>(utf8.data()), utf8.size()};
}

/** The last part of a path. */
inline std::string fileName(std::string_view path) { return textOf(pathOf(path).filename()); }

}  // namespace facet
