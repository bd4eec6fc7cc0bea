#include "oci/lanes.h"

#include <algorithm>
#include <exception>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

namespace waybill::oci {
namespace {

constexpr double kWorthIt = 1.1;

class Lanes {
 public:
  Lanes(std::size_t count, const std::function<unsigned()>& bound, const std::function<void(std::size_t)>& work)
      : count_(count), bound_(bound), work_(work) {}

  // The caller's own thread is one lane, which never ends before the work does.
  void run() {
    lane(true);
    for (std::jthread& thread : threads_) thread.join();  // no lane is opened when the caller's has ended
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void lane(bool own) {
    std::unique_lock lock(mutex_);
    ++open_;
    while (next_ < count_ && (own || open_ <= bound_())) {
      const std::size_t mine = next_++;
      while (!closed_ && next_ + opening_ < count_ && open_ + opening_ < bound_()) {
        if (!open_another()) break;
      }
      lock.unlock();
      try {
        work_(mine);
        lock.lock();
      } catch (...) {
        lock.lock();
        if (!failure_) failure_ = std::current_exception();
        next_ = count_;
      }
    }
    --open_;
    if (own) closed_ = true;
  }

  // False when the system has no thread for it: then there are fewer.
  bool open_another() {
    try {
      threads_.emplace_back([this] {
        {
          const std::lock_guard lock(mutex_);
          --opening_;
        }
        lane(false);
      });
    } catch (const std::system_error&) {
      return false;
    }
    ++opening_;
    return true;
  }

  const std::size_t count_;
  const std::function<unsigned()>& bound_;
  const std::function<void(std::size_t)>& work_;
  std::mutex mutex_;  // guards all below
  std::size_t next_ = 0;
  unsigned open_ = 0;
  unsigned opening_ = 0;
  bool closed_ = false;
  std::exception_ptr failure_;
  std::list<std::jthread> threads_;
};

}  // namespace

LaneBound::LaneBound(unsigned first, unsigned most, Clock::time_point now) noexcept
    : bound_(std::max(first, 1U)), before_(bound_), most_(std::max(most, bound_)), begin_(now) {}

void LaneBound::ended(std::uint64_t bytes, std::uint64_t waits, Clock::time_point now) noexcept {
  const bool waited = waits > waits_;
  waits_ = std::max(waits_, waits);
  if (on_their_way_ != 0) {
    --on_their_way_;
    return begin_round(now);
  }
  if (waited) {
    on_their_way_ = bound_ - 1;
    bound_ = std::max(bound_ / 2, 1U);
    before_ = bound_;
    best_ = 0;
    climbing_ = true;
    refused_ = true;
    return begin_round(now);
  }
  bytes_ += bytes;
  ++blobs_;
  if (!climbing_ || blobs_ < bound_ || now <= begin_) return;
  const double rate = static_cast<double>(bytes_) / std::chrono::duration<double>(now - begin_).count();
  if (rate < best_ * kWorthIt) {
    climbing_ = false;
    bound_ = before_;
  } else {
    best_ = rate;
    before_ = bound_;
    bound_ = std::min(most_, bound_ + (refused_ ? 1 : std::max(bound_ / 2, 1U)));
    climbing_ = bound_ != before_;
  }
  begin_round(now);
}

void LaneBound::begin_round(Clock::time_point now) noexcept {
  begin_ = now;
  bytes_ = 0;
  blobs_ = 0;
}

void run_in_lanes(std::size_t count, const std::function<unsigned()>& bound,
                  const std::function<void(std::size_t)>& work) {
  Lanes(count, bound, work).run();
}

void ask_in_lanes(bool is_remote, std::size_t count, const std::function<void(std::size_t)>& work) {
  run_in_lanes(
      count, [is_remote] { return is_remote ? kRequestsAtOnce : 1; }, work);
}

}  // namespace waybill::oci
