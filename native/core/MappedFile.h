// A whole file mapped into memory, for reading only.
#pragma once

#include <cstdint>
#include <string>

namespace facet {

class MappedFile {
  public:
    /** Throws Failure "source-missing" when it cannot be opened, "model-unreadable" when it is empty or no file. */
    explicit MappedFile(const std::string& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    /** Begins at a page. */
    const uint8_t* data() const { return data_; }
    uint64_t bytes() const { return bytes_; }

    /** This part of a mapping will not be read again soon: the system may have its whole pages back at once. */
    static void release(const uint8_t* data, uint64_t bytes);

  private:
    const uint8_t* data_ = nullptr;
    uint64_t bytes_ = 0;
};

}  // namespace facet
