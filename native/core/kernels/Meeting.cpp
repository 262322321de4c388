#include "core/kernels/Meeting.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace facet {

namespace {

/** Tells the processor that this thread only waits. */
void relax() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#endif
}

}  // namespace

uint64_t newMeetingTicket() {
    static std::atomic<uint64_t> count = 0;
    // Steele and Vigna's splitmix64: one to one, so no two are the same.
    uint64_t z = (count.fetch_add(1, std::memory_order_relaxed) + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void Meeting::meet() {
    const uint64_t ticket = ticket_++;
    places_[member_].ticket.store(ticket, std::memory_order_release);
    for (int i = 0; i < members_; ++i) {
        if (i == member_) continue;
        // Who has read all tickets may be one call ahead, but no more: that call waits for this member.
        for (uint64_t ahead = 2; ahead > 1;) {
            ahead = places_[i].ticket.load(std::memory_order_acquire) - ticket;
            if (ahead > 1) relax();
        }
    }
}

}  // namespace facet
