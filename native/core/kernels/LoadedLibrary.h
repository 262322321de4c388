// The shared libraries that this process has loaded, and what they export.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace facet {

class LoadedLibrary {
  public:
    static std::vector<LoadedLibrary> all();

    /** The file without its folders, and without the "lib" that Windows leaves out: "ggml-base.so", "ggml-base.dll". */
    std::string name() const;

    /** Null when it exports no such symbol. From then on the library stays loaded. */
    void* find(const char* symbol) const;

  private:
    explicit LoadedLibrary(std::string path) : path_(std::move(path)) {}

    /** UTF-8. */
    std::string path_;
};

}  // namespace facet
