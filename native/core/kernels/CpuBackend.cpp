// How: before its own kernels, ggml's CPU back end asks a list of "extra buffer types" whether they want an operation.
// That list is reachable by a symbol of the library. We append an entry that no buffer is ever allocated from; it only
// answers for products with a factor of an adapter, a Q1_0 matrix or the wide factor of a LoRA, and for scaling by 1.
#include "core/kernels/CpuBackend.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <list>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/kernels/DeltaProduct.h"
#include "core/kernels/LowRankProduct.h"
#include "core/kernels/SelfTest.h"
#include "ggml-backend-impl.h"
#include "ggml-cpu-impl.h"
#include "ggml.h"
#include "traits.h"

#if defined(__linux__)
#include <link.h>
#endif

// The base classes' own, which ggml's library keeps to itself.
namespace ggml::cpu {
tensor_traits::~tensor_traits() = default;
extra_buffer_type::~extra_buffer_type() = default;
}  // namespace ggml::cpu

namespace facet {

namespace {

/** The only ggml that this was written for and tested with: that of llama.cpp v0.5.0. */
constexpr const char* kGgmlVersion = "0.25.1";
constexpr const char* kGgmlCommit = "0ad4a86";
constexpr const char* kExtraBufferTypesSymbol = "_Z39ggml_backend_cpu_get_extra_buffer_typesv";

using ExtraBufferTypes = std::vector<ggml_backend_buffer_type_t>& (*)();
using Barrier = void (*)(ggml_threadpool*);

const KernelSet* kernels = nullptr;
Barrier barrier = nullptr;

std::string_view fileName(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

#if defined(__linux__)
/** Paths of ggml's loaded libraries: libggml-base, and one for each back end. */
std::vector<std::string> ggmlLibraries() {
    struct Found {
        std::vector<std::string> paths;
        std::exception_ptr problem;
    } found;
    dl_iterate_phdr(
        [](dl_phdr_info* info, size_t, void* data) {
            auto* all = static_cast<Found*>(data);
            // Called from C: nothing may be thrown through it.
            try {
                const std::string path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
                if (fileName(path).starts_with("libggml-")) all->paths.push_back(path);
                return 0;
            } catch (...) {
                all->problem = std::current_exception();
                return 1;
            }
        },
        &found);
    if (found.problem) std::rethrow_exception(found.problem);
    return found.paths;
}
#else
std::vector<std::string> ggmlLibraries() { return {}; }
#endif

bool isCpuLibrary(const std::string& path) { return fileName(path).starts_with("libggml-cpu"); }

/** Of graphics cards, for example. */
bool hasOtherBackends() {
    const std::vector<std::string> libraries = ggmlLibraries();
    return !std::ranges::all_of(libraries, [](const std::string& path) {
        return isCpuLibrary(path) || fileName(path).starts_with("libggml-base");
    });
}

/** What a factor of a delta is, found out when it is first used. */
struct Factor {
    std::optional<HadamardFactor> hadamard;
    /** Of signs. */
    bool isPacked = false;
    /** ggml multiplies with it: there was no memory to look at it. */
    bool isLeftToGgml = false;
};

const Factor leftToGgml{.hadamard = std::nullopt, .isPacked = false, .isLeftToGgml = true};

/** Never removed: tensors point to them. There is one for each length and scale, and two for signs. Not for two threads
 * at once. */
const Factor& sharedFactor(const std::optional<HadamardFactor>& hadamard, bool isPacked) {
    static std::list<Factor> factors;
    for (const Factor& factor : factors) {
        const bool isSame =
            factor.isPacked == isPacked && factor.hadamard.has_value() == hadamard.has_value() &&
            (!hadamard || (factor.hadamard->length == hadamard->length && factor.hadamard->scale == hadamard->scale));
        if (isSame) return factor;
    }
    return factors.emplace_back(Factor{.hadamard = hadamard, .isPacked = isPacked});
}

SignMatrix signMatrix(const ggml_tensor& tensor, bool isPacked) {
    return {static_cast<const char*>(tensor.data), tensor.nb[1], tensor.ne[0], tensor.ne[1], isPacked};
}

Columns columnsOf(const ggml_tensor& tensor) {
    return {static_cast<char*>(tensor.data),
            {tensor.ne[1], tensor.ne[2], tensor.ne[3]},
            {tensor.nb[1], tensor.nb[2], tensor.nb[3]}};
}

/** `extra` belongs to who owns a tensor's memory; ggml's plain CPU buffers leave it empty. */
std::atomic_ref<void*> noteOf(ggml_tensor& tensor) { return std::atomic_ref<void*>(tensor.extra); }

Team teamOf(const ggml_compute_params& params) {
    return {params.ith, params.nth, [](void* threadpool) { barrier(static_cast<ggml_threadpool*>(threadpool)); },
            params.threadpool};
}

/** Of both kinds, computed so far: the self-test asks. */
std::atomic<uint64_t> products = 0;

void countProduct(const ggml_compute_params& params) {
    if (params.ith == 0) products.fetch_add(1, std::memory_order_relaxed);
}

/** The second factor of an adapter, by the name that llama.cpp gives it: no weight of a model is called so. */
bool isSecondFactor(const ggml_tensor& matrix) { return std::string_view(matrix.name).ends_with(".lora_b"); }

/**
 * Whether nobody else will ever read its bytes: the second factor of an adapter is only multiplied with, its memory is
 * not a mapped file, and there is no other back end that it might be copied to.
 */
bool mayBePacked(const ggml_tensor& matrix) {
    return kernels->lookup != nullptr && isSecondFactor(matrix) && ggml_is_contiguous(&matrix) &&
           ggml_backend_buffer_get_type(matrix.buffer) == ggml_backend_cpu_buffer_type() && !hasOtherBackends();
}

/** Two contexts may meet the same factor at the same time: the second waits here. */
void prepare(ggml_tensor& matrix) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    if (noteOf(matrix).load(std::memory_order_relaxed) != nullptr) return;
    const std::optional<HadamardFactor> hadamard = recognizeHadamard(signMatrix(matrix, false));
    const bool isPacked = !hadamard && mayBePacked(matrix);
    // Packed last, when nothing can fail any more: ggml could not read it.
    const Factor& factor = sharedFactor(hadamard, isPacked);
    if (isPacked) packSigns(*kernels->lookup, static_cast<SignBlock*>(matrix.data), matrix.ne[0], matrix.ne[1]);
    noteOf(matrix).store(const_cast<Factor*>(&factor), std::memory_order_release);
}

/** The same, called from C. Once left to ggml, it stays so: another graph may be computing with it already. */
const Factor& factorOf(ggml_tensor& matrix) noexcept {
    if (noteOf(matrix).load(std::memory_order_acquire) == nullptr) {
        try {
            prepare(matrix);
        } catch (...) {
            void* none = nullptr;
            noteOf(matrix).compare_exchange_strong(none, const_cast<Factor*>(&leftToGgml));
        }
    }
    return *static_cast<const Factor*>(noteOf(matrix).load(std::memory_order_acquire));
}

class DeltaTraits final : public ggml::cpu::tensor_traits {
  public:
    /** Asked by one thread before a graph is computed: the time to look at a factor that is new. */
    bool work_size(int, const ggml_tensor* op, size_t& size) override {
        ggml_tensor& matrix = *op->src[0];
        if (factorOf(matrix).isLeftToGgml) return false;
        size = workspaceBytes(*kernels, matrix.ne[0], ggml_nrows(op->src[1]));
        return true;
    }

    bool compute_forward(ggml_compute_params* params, ggml_tensor* op) override {
        ggml_tensor& matrix = *op->src[0];
        const auto* factor = static_cast<const Factor*>(noteOf(matrix).load(std::memory_order_acquire));
        if (factor == nullptr || factor->isLeftToGgml) return false;
        // What is packed only we can read.
        if (params->use_ref && !factor->isPacked) return false;
        const Team team = teamOf(*params);
        const Columns source = columnsOf(*op->src[1]);
        const Columns target = columnsOf(*op);
        if (factor->hadamard) {
            multiplyHadamard(*kernels, *factor->hadamard, matrix.ne[0], source, target, team);
        } else {
            // As work_size has asked for.
            GGML_ASSERT(params->wsize >= workspaceBytes(*kernels, matrix.ne[0], source.count()));
            multiplySigns(*kernels, signMatrix(matrix, factor->isPacked), source, target, params->wdata, team);
        }
        countProduct(*params);
        return true;
    }
};

class LowRankTraits final : public ggml::cpu::tensor_traits {
  public:
    bool work_size(int, const ggml_tensor*, size_t& size) override {
        size = 0;
        return true;
    }

    bool compute_forward(ggml_compute_params* params, ggml_tensor* op) override {
        if (params->use_ref) return false;
        const ggml_tensor& matrix = *op->src[0];
        const ShortRows rows = {matrix.data, matrix.type == GGML_TYPE_F16, matrix.ne[0], matrix.ne[1]};
        multiplyShortRows(*kernels, rows, columnsOf(*op->src[1]), columnsOf(*op), teamOf(*params));
        countProduct(*params);
        return true;
    }
};

DeltaTraits deltaTraits;
LowRankTraits lowRankTraits;

/** Of an ordinary LoRA. */
bool isLowRankFactor(const ggml_tensor& matrix) {
    return (matrix.type == GGML_TYPE_F16 || matrix.type == GGML_TYPE_F32) && matrix.ne[0] <= kLongestShortRow &&
           matrix.ne[0] % kShortRowStep == 0 && ggml_is_contiguous(&matrix) && isSecondFactor(matrix);
}

/** An adapter's scale is mostly 1, and its result is scaled in place: there is nothing to compute. */
class NothingTraits final : public ggml::cpu::tensor_traits {
  public:
    bool work_size(int, const ggml_tensor*, size_t& size) override {
        size = 0;
        return true;
    }
    bool compute_forward(ggml_compute_params*, ggml_tensor*) override { return true; }
};

NothingTraits nothing;

bool scalesByOneInPlace(const ggml_tensor& op) {
    float scaleAndBias[2];
    std::memcpy(scaleAndBias, op.op_params, sizeof scaleAndBias);
    return scaleAndBias[0] == 1 && scaleAndBias[1] == 0 && op.data == op.src[0]->data &&
           ggml_are_same_stride(&op, op.src[0]);
}

/** A mapped file may have its weights anywhere; they are read as 16-bit and 32-bit numbers. */
bool isAligned(const ggml_tensor& matrix) { return reinterpret_cast<uintptr_t>(matrix.data) % alignof(float) == 0; }

/** Asked for every operation by every thread: the cheapest questions first. */
class DeltaOperations final : public ggml::cpu::extra_buffer_type {
  public:
    /** Of tensors in a buffer of this type; there are none. */
    bool supports_op(ggml_backend_dev_t, const ggml_tensor*) override { return false; }

    ggml::cpu::tensor_traits* get_tensor_traits(const ggml_tensor* op) override {
        if (op->op == GGML_OP_SCALE) return scalesByOneInPlace(*op) ? &nothing : nullptr;
        if (op->op != GGML_OP_MUL_MAT) return nullptr;
        const ggml_tensor& matrix = *op->src[0];
        const bool isSigns = matrix.type == GGML_TYPE_Q1_0;
        if (!isSigns && !isLowRankFactor(matrix)) return nullptr;
        const ggml_tensor& source = *op->src[1];
        // A weight (not a result) in plain memory, used whole, with floats on the other side.
        const bool isWeight = matrix.op == GGML_OP_NONE && matrix.view_src == nullptr && matrix.buffer != nullptr &&
                              ggml_backend_buffer_is_host(matrix.buffer) && isAligned(matrix);
        const bool isPlain = matrix.ne[2] == 1 && matrix.ne[3] == 1 && matrix.nb[0] == ggml_type_size(matrix.type) &&
                             source.type == GGML_TYPE_F32 && source.nb[0] == sizeof(float) &&
                             op->type == GGML_TYPE_F32 && op->nb[0] == sizeof(float);
        if (!isWeight || !isPlain) return nullptr;
        if (isSigns) return &deltaTraits;
        return &lowRankTraits;
    }
};

const char* nameOf(ggml_backend_buffer_type_t) { return "Facet deltas"; }

/** In ggml's list for as long as it lives, or for good once it is kept. */
class Membership {
  public:
    Membership(std::vector<ggml_backend_buffer_type_t>& types, ggml_backend_buffer_type_t type) : types_(types) {
        types_.push_back(type);
    }
    ~Membership() {
        if (!isKept_) types_.pop_back();
    }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

    void keep() { isKept_ = true; }

  private:
    std::vector<ggml_backend_buffer_type_t>& types_;
    bool isKept_ = false;
};

KernelState inactive(std::string reason, std::string cause) { return {false, "", std::move(reason), std::move(cause)}; }

KernelState join(const std::vector<const KernelSet*>& usable) {
    if (usable.empty()) return inactive("processor", "no instructions that they are written for");
    const std::string version = std::string(ggml_version()) + " (" + ggml_commit() + ")";
    if (version != std::string(kGgmlVersion) + " (" + kGgmlCommit + ")")
        return inactive("other-ggml", "ggml is " + version);
    std::vector<std::string> libraries = ggmlLibraries();
    std::erase_if(libraries, [](const std::string& path) { return !isCpuLibrary(path); });
    if (libraries.size() != 1)
        return inactive("back-end", std::to_string(libraries.size()) + " CPU back ends are loaded");

    // Never closed: the back end stays as long as the process.
    void* library = dlopen(libraries.front().c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (library == nullptr) return inactive("back-end", "the CPU back end cannot be opened");
    const auto extraBufferTypes = reinterpret_cast<ExtraBufferTypes>(dlsym(library, kExtraBufferTypesSymbol));
    const auto cpuRegistry = reinterpret_cast<ggml_backend_reg_t (*)()>(dlsym(library, "ggml_backend_cpu_reg"));
    barrier = reinterpret_cast<Barrier>(dlsym(library, "ggml_barrier"));
    if (extraBufferTypes == nullptr || cpuRegistry == nullptr || barrier == nullptr) {
        return inactive("back-end", "the CPU back end lacks a symbol");
    }
    // llama.cpp copies the list when it first asks for buffer types to load weights to. Let it do so now, without ours.
    const auto buffersOfDevice = reinterpret_cast<ggml_backend_dev_get_extra_bufts_t>(
        ggml_backend_reg_get_proc_address(cpuRegistry(), "ggml_backend_dev_get_extra_bufts"));
    if (buffersOfDevice == nullptr) return inactive("back-end", "the CPU back end does not list its buffer types");
    ggml_backend_dev_t device = ggml_backend_reg_dev_get(cpuRegistry(), 0);
    buffersOfDevice(device);

    static DeltaOperations operations;
    static ggml_backend_buffer_type bufferType = {};
    bufferType.iface.get_name = nameOf;
    bufferType.device = device;
    bufferType.context = &operations;
    kernels = usable.front();

    const SelfTest test(device);
    const SelfTest::Results stock = test.compute();
    Membership membership(extraBufferTypes(), &bufferType);
    const SelfTest::Results ours = test.compute();
    if (products.load() != SelfTest::kProducts) return inactive("back-end", "the back end did not ask for them");
    if (!test.isSame(stock, ours)) return inactive("self-test", "its results differ");
    KernelState state{true, kernels->name, "", ""};
    membership.keep();
    return state;
}

}  // namespace

const KernelState& joinCpuBackend(const std::vector<const KernelSet*>& usable) {
    static const KernelState state = join(usable);
    return state;
}

}  // namespace facet
