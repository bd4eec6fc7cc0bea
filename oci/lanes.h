#pragma once
// How many things are asked for or moved at once, and a bound for it that follows what it brings. Part of copy and
// closure.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace waybill::oci {

// Small requests that are under way to one registry at a time: each costs a round trip and next to nothing else.
inline constexpr unsigned kRequestsAtOnce = 8;

// The bound of blobs. It begins at `first` and is judged in rounds of as many blobs as the bound allows: while a round
// moves a tenth more bytes a second than the one before, the next may use half as many lanes more, up to `most`. A step
// that brought less is taken back, and the bound stays. A store that had to be waited for halves it, once for all blobs
// that are on their way then; from there it grows by one lane a round, judged in the same way (as RFC 5681 avoids
// congestion). One thread at a time.
class LaneBound {
 public:
  using Clock = std::chrono::steady_clock;

  LaneBound(unsigned first, unsigned most, Clock::time_point now) noexcept;
  [[nodiscard]] unsigned bound() const noexcept { return bound_; }
  // A blob has come to its end. `waits`: how often the stores had to be waited for until now (StoreReader::waits).
  void ended(std::uint64_t bytes, std::uint64_t waits, Clock::time_point now) noexcept;

 private:
  void begin_round(Clock::time_point now) noexcept;

  unsigned bound_;
  unsigned before_;  // the last step
  unsigned most_;
  bool climbing_ = true;
  bool refused_ = false;       // a store was waited for: steps are of one lane
  unsigned on_their_way_ = 0;  // blobs, when the bound was halved, whose ends are not judged
  double best_ = 0;            // bytes a second, of the round before the last step
  std::uint64_t waits_ = 0;
  Clock::time_point begin_;
  std::uint64_t bytes_ = 0;
  unsigned blobs_ = 0;
};

// Does work(0) to work(count - 1), of which at most bound() run at once; bound is asked again after each. The first
// failure is thrown when all that had begun has ended; nothing is begun after it.
void run_in_lanes(std::size_t count, const std::function<unsigned()>& bound,
                  const std::function<void(std::size_t)>& work);
// The same with questions to a store, or small things that it is to keep: to a registry several at once.
void ask_in_lanes(bool is_remote, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace waybill::oci
