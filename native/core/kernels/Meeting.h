// Where the threads that compute one operation wait for each other. ggml has such a place, but its libraries for
// Windows keep it to themselves.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace facet {

/** A number that no other meeting of this process has, and that no weights or sums look like. Never 0. */
uint64_t newMeetingTicket();

/**
 * A member's view of a meeting in a workspace that may hold anything: everybody writes the meeting's ticket into a
 * place of his own and waits until he has read it in all others'. Each further call counts the ticket up.
 */
class Meeting {
  public:
    /** What a workspace needs for it, to the byte; the rest behind it is aligned as the workspace is. */
    static constexpr size_t bytes(int members) { return static_cast<size_t>(members) * sizeof(Place); }

    /** `workspace` is aligned to 8 bytes and the same for all members. */
    Meeting(void* workspace, int member, int members, uint64_t ticket)
        : places_(static_cast<Place*>(workspace)), member_(member), members_(members), ticket_(ticket) {}

    /** Returns when all members have called it as often; what was written before is then seen by all. */
    void meet();

  private:
    /** Lines of their own, so that nobody's writing disturbs another's reading. */
    struct Place {
        std::atomic<uint64_t> ticket;
        char rest[64 - sizeof(std::atomic<uint64_t>)];
    };

    Place* places_;
    int member_;
    int members_;
    uint64_t ticket_;
};

}  // namespace facet
