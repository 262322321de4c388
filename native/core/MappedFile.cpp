#include "core/MappedFile.h"

#include <limits>
#include <system_error>
#include <utility>

#include "core/Failure.h"
#include "core/paths.h"

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace facet {

namespace {

/** Of the last call of the system that failed. */
std::string systemsReason() {
#if defined(_WIN32)
    return std::system_category().message(static_cast<int>(GetLastError()));
#else
    return std::generic_category().message(errno);
#endif
}

[[noreturn]] void cannotBeOpened(const std::string& path) {
    throw Failure("source-missing", fileName(path) + ": " + systemsReason());
}

[[noreturn]] void cannotBeMapped(const std::string& path) {
    throw Failure("model-unreadable", fileName(path) + " cannot be mapped");
}

bool fitsIntoMemory(uint64_t bytes) { return bytes > 0 && bytes <= std::numeric_limits<size_t>::max(); }

#if defined(_WIN32)
struct Handle {
    HANDLE value;
    explicit Handle(HANDLE handle) : value(handle) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (value != nullptr && value != INVALID_HANDLE_VALUE) CloseHandle(value);
    }
};

uintptr_t pageBytes() {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwPageSize;
}
#else
struct Descriptor {
    int value;
    explicit Descriptor(int descriptor) : value(descriptor) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value >= 0) close(value);
    }
};

uintptr_t pageBytes() { return static_cast<uintptr_t>(sysconf(_SC_PAGESIZE)); }
#endif

}  // namespace

// The mapping outlives the handles that it was made with.
#if defined(_WIN32)
MappedFile::MappedFile(const std::string& path) {
    // Others may go on to rename or delete it, as on other systems.
    const Handle file(CreateFileW(pathOf(path).c_str(), GENERIC_READ,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, nullptr));
    if (file.value == INVALID_HANDLE_VALUE) cannotBeOpened(path);
    LARGE_INTEGER size{};
    if (!GetFileSizeEx(file.value, &size) || !fitsIntoMemory(static_cast<uint64_t>(size.QuadPart)))
        cannotBeMapped(path);
    const Handle mapping(CreateFileMappingW(file.value, nullptr, PAGE_READONLY, 0, 0, nullptr));
    if (mapping.value == nullptr) cannotBeMapped(path);
    const void* address = MapViewOfFile(mapping.value, FILE_MAP_READ, 0, 0, 0);
    if (address == nullptr) cannotBeMapped(path);
    data_ = static_cast<const uint8_t*>(address);
    bytes_ = static_cast<uint64_t>(size.QuadPart);
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) UnmapViewOfFile(data_);
}
#else
MappedFile::MappedFile(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.value < 0) cannotBeOpened(path);
    struct stat status{};
    const bool isFile = fstat(file.value, &status) == 0 && S_ISREG(status.st_mode);
    if (!isFile || !fitsIntoMemory(static_cast<uint64_t>(status.st_size))) cannotBeMapped(path);
    void* address = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_SHARED, file.value, 0);
    if (address == MAP_FAILED) cannotBeMapped(path);
    data_ = static_cast<const uint8_t*>(address);
    bytes_ = static_cast<uint64_t>(status.st_size);
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) munmap(const_cast<uint8_t*>(data_), static_cast<size_t>(bytes_));
}
#endif

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

void MappedFile::release(const uint8_t* data, uint64_t bytes) {
    const uintptr_t page = pageBytes();
    const uintptr_t start = (reinterpret_cast<uintptr_t>(data) + page - 1) / page * page;
    const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + static_cast<uintptr_t>(bytes)) / page * page;
    if (end <= start) return;
#if defined(_WIN32)
    // Of pages that are not locked it says so, and takes them out of the working set.
    VirtualUnlock(reinterpret_cast<void*>(start), end - start);
#else
    madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);
#endif
}

}  // namespace facet
