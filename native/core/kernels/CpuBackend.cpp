// How: before its own kernels, ggml's CPU back end asks a list of "extra buffer types" whether they want an operation.
// The objects that it asks are behind public pointers. Ours takes the place of one of them and asks it in turn; it only
// answers for products with a factor of an adapter, a Q1_0 matrix or the wide factor of a LoRA, and for scaling by 1.
#include "core/kernels/CpuBackend.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <list>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/kernels/DeltaProduct.h"
#include "core/kernels/LoadedLibrary.h"
#include "core/kernels/LowRankProduct.h"
#include "core/kernels/Meeting.h"
#include "core/kernels/SelfTest.h"
#include "core/kernels/backendInterface.h"

#if !defined(_WIN32)
// The base classes' own, which ggml's library keeps to itself.
namespace ggml::cpu {
tensor_traits::~tensor_traits() = default;
extra_buffer_type::~extra_buffer_type() = default;
}  // namespace ggml::cpu
#endif

namespace facet {

namespace {

/** The only ggml that this was written for and tested with: that of llama.cpp v0.5.0. */
constexpr const char* kGgmlVersion = "0.25.1";
constexpr const char* kGgmlCommit = "0ad4a86";
#if defined(FACET_OTHER_GGML)
/** In tests alone, where a system has only the libraries of another version. */
constexpr bool kTakesAnyGgml = true;
#else
constexpr bool kTakesAnyGgml = false;
#endif

const KernelSet* kernels = nullptr;

/** libggml-base, and one for each back end. */
std::vector<LoadedLibrary> ggmlLibraries() {
    std::vector<LoadedLibrary> libraries = LoadedLibrary::all();
    std::erase_if(libraries, [](const LoadedLibrary& library) { return !library.name().starts_with("ggml-"); });
    return libraries;
}

bool isCpuLibrary(const LoadedLibrary& library) { return library.name().starts_with("ggml-cpu"); }

/** Of graphics cards, for example. */
bool hasOtherBackends() {
    return !std::ranges::all_of(ggmlLibraries(), [](const LoadedLibrary& library) {
        return isCpuLibrary(library) || library.name().starts_with("ggml-base");
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

/**
 * What is noted of a factor, null at first. `extra` belongs to who owns a tensor's memory; ggml's plain CPU buffers
 * leave it empty. Read and written by several threads; not every C++ library has std::atomic_ref yet.
 */
class Note {
  public:
    explicit Note(ggml_tensor& tensor) : place_(&tensor.extra) {}

    const Factor* read() const { return static_cast<const Factor*>(__atomic_load_n(place_, __ATOMIC_ACQUIRE)); }
    void write(const Factor& factor) { __atomic_store_n(place_, addressOf(factor), __ATOMIC_RELEASE); }
    void writeIfEmpty(const Factor& factor) {
        void* none = nullptr;
        __atomic_compare_exchange_n(place_, &none, addressOf(factor), false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    }

  private:
    static void* addressOf(const Factor& factor) { return const_cast<Factor*>(&factor); }

    void** place_;
};

/** `meeting` may be null for products in which nobody waits. */
Team teamOf(const ggml_compute_params& params, Meeting* meeting) {
    return {params.ith, params.nth, [](void* context) { static_cast<Meeting*>(context)->meet(); }, meeting};
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
    if (Note(matrix).read() != nullptr) return;
    const std::optional<HadamardFactor> hadamard = recognizeHadamard(signMatrix(matrix, false));
    const bool isPacked = !hadamard && mayBePacked(matrix);
    // Packed last, when nothing can fail any more: ggml could not read it.
    const Factor& factor = sharedFactor(hadamard, isPacked);
    if (isPacked) packSigns(*kernels->lookup, static_cast<SignBlock*>(matrix.data), matrix.ne[0], matrix.ne[1]);
    Note(matrix).write(factor);
}

/** The same, called from C. Once left to ggml, it stays so: another graph may be computing with it already. */
const Factor& factorOf(ggml_tensor& matrix) noexcept {
    if (Note(matrix).read() == nullptr) {
        try {
            prepare(matrix);
        } catch (...) {
            Note(matrix).writeIfEmpty(leftToGgml);
        }
    }
    return *Note(matrix).read();
}

/** For a result's `extra`, which ggml leaves empty as well: where it is computed this time. */
void* noteOfMeeting() {
    static_assert(sizeof(void*) == sizeof(uint64_t));
    return reinterpret_cast<void*>(newMeetingTicket());
}

class DeltaTraits final : public TensorTraits {
  public:
    /**
     * Asked by one thread each time before a graph is computed: the time to look at a factor that is new, and to say by
     * what the threads will know each other.
     */
    bool work_size(int threads, const ggml_tensor* op, size_t& size) override {
        ggml_tensor& matrix = *op->src[0];
        if (factorOf(matrix).isLeftToGgml) return false;
        const_cast<ggml_tensor*>(op)->extra = noteOfMeeting();
        size = Meeting::bytes(threads) + workspaceBytes(*kernels, matrix.ne[0], ggml_nrows(op->src[1]));
        return true;
    }

    bool compute_forward(ggml_compute_params* params, ggml_tensor* op) override {
        ggml_tensor& matrix = *op->src[0];
        const Factor* factor = Note(matrix).read();
        if (factor == nullptr || factor->isLeftToGgml) return false;
        // What is packed only we can read.
        if (params->use_ref && !factor->isPacked) return false;
        Meeting meeting(params->wdata, params->ith, params->nth, reinterpret_cast<uint64_t>(op->extra));
        const Team team = teamOf(*params, &meeting);
        const Columns source = columnsOf(*op->src[1]);
        const Columns target = columnsOf(*op);
        if (factor->hadamard) {
            multiplyHadamard(*kernels, *factor->hadamard, matrix.ne[0], source, target, team);
        } else {
            // As work_size has asked for.
            const size_t meetingBytes = Meeting::bytes(params->nth);
            GGML_ASSERT(op->extra != nullptr);
            GGML_ASSERT(params->wsize >= meetingBytes + workspaceBytes(*kernels, matrix.ne[0], source.count()));
            void* workspace = static_cast<char*>(params->wdata) + meetingBytes;
            multiplySigns(*kernels, signMatrix(matrix, factor->isPacked), source, target, workspace, team);
        }
        countProduct(*params);
        return true;
    }
};

class LowRankTraits final : public TensorTraits {
  public:
    bool work_size(int, const ggml_tensor*, size_t& size) override {
        size = 0;
        return true;
    }

    bool compute_forward(ggml_compute_params* params, ggml_tensor* op) override {
        if (params->use_ref) return false;
        const ggml_tensor& matrix = *op->src[0];
        const ShortRows rows = {matrix.data, matrix.type == GGML_TYPE_F16, matrix.ne[0], matrix.ne[1]};
        multiplyShortRows(*kernels, rows, columnsOf(*op->src[1]), columnsOf(*op), teamOf(*params, nullptr));
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
class NothingTraits final : public TensorTraits {
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
class DeltaOperations final : public ExtraBufferType {
  public:
    /** In the place of `other`. */
    explicit DeltaOperations(ExtraBufferType& other) : other_(other) {}

    /** Of tensors in a buffer of the other's type: ours has no buffers. */
    bool supports_op(ggml_backend_dev_t device, const ggml_tensor* op) override {
        return other_.supports_op(device, op);
    }

    TensorTraits* get_tensor_traits(const ggml_tensor* op) override {
        TensorTraits* traits = ours(op);
        return traits != nullptr ? traits : other_.get_tensor_traits(op);
    }

  private:
    static TensorTraits* ours(const ggml_tensor* op) {
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

    ExtraBufferType& other_;
};

/** The object that ggml asks in place of another for as long as this lives, or for good once it is kept. */
class Membership {
  public:
    Membership(ggml_backend_buffer_type& type, ExtraBufferType& ours) : type_(type), other_(type.context) {
        type_.context = &ours;
    }
    ~Membership() {
        if (!isKept_) type_.context = other_;
    }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

    void keep() { isKept_ = true; }

  private:
    ggml_backend_buffer_type& type_;
    void* other_;
    bool isKept_ = false;
};

/** The last of those that the back end asks; null when it asks none. Listed as llama.cpp lists them, before a null. */
ggml_backend_buffer_type_t extraBufferType(ggml_backend_dev_t device) {
    const auto list = reinterpret_cast<ggml_backend_dev_get_extra_bufts_t>(
        ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(device), "ggml_backend_dev_get_extra_bufts"));
    ggml_backend_buffer_type_t last = nullptr;
    for (auto* each = list == nullptr ? nullptr : list(device); each != nullptr && *each != nullptr; ++each)
        last = *each;
    return last;
}

KernelState inactive(std::string reason, std::string cause) { return {false, "", std::move(reason), std::move(cause)}; }

KernelState join(const std::vector<const KernelSet*>& usable) {
    if (usable.empty()) return inactive("processor", "no instructions that they are written for");
    const std::string version = std::string(ggml_version()) + " (" + ggml_commit() + ")";
    if (!kTakesAnyGgml && version != std::string(kGgmlVersion) + " (" + kGgmlCommit + ")")
        return inactive("other-ggml", "ggml is " + version);
    std::vector<LoadedLibrary> libraries = ggmlLibraries();
    std::erase_if(libraries, [](const LoadedLibrary& library) { return !isCpuLibrary(library); });
    if (libraries.size() != 1)
        return inactive("back-end", std::to_string(libraries.size()) + " CPU back ends are loaded");

    const auto cpuRegistry = reinterpret_cast<ggml_backend_reg_t (*)()>(libraries.front().find("ggml_backend_cpu_reg"));
    if (cpuRegistry == nullptr) return inactive("back-end", "the CPU back end lacks a symbol");
    ggml_backend_dev_t device = ggml_backend_reg_dev_get(cpuRegistry(), 0);
    ggml_backend_buffer_type_t type = extraBufferType(device);
    if (type == nullptr || type->context == nullptr)
        return inactive("back-end", "the CPU back end asks nobody for its operations");

    static DeltaOperations operations(*static_cast<ExtraBufferType*>(type->context));
    kernels = usable.front();

    const SelfTest test(device);
    const SelfTest::Results stock = test.compute();
    Membership membership(*type, operations);
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
