#include "generator/parse_ahead.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace waybill {
namespace {

constexpr std::size_t kWindow = 256;      // documents that may wait to be taken
constexpr std::size_t kMostThreads = 16;  // more than the one who takes can keep up with

}  // namespace

struct ParseAhead::State {
  struct Slot {
    std::optional<yaml::Node> root;
    std::exception_ptr failure;
    [[nodiscard]] bool is_full() const noexcept { return root.has_value() || failure != nullptr; }
  };

  State(const LayeredFiles& layered_files, std::vector<const LayeredFiles::File*> wanted)
      : catalogue(layered_files), files(std::move(wanted)), slots(kWindow) {}

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      room.wait(lock, [&] { return stopped || next == files.size() || next < taken + kWindow; });
      if (stopped || next == files.size()) return;
      const std::size_t position = next++;
      lock.unlock();
      Slot slot;
      try {
        slot.root = catalogue.parse(*files[position]);
      } catch (...) {
        slot.failure = std::current_exception();
      }
      lock.lock();
      slots[position % kWindow] = std::move(slot);
      if (position == taken) ready.notify_one();
    }
  }

  const LayeredFiles& catalogue;
  std::vector<const LayeredFiles::File*> files;
  std::mutex mutex;
  std::condition_variable room;
  std::condition_variable ready;
  std::vector<Slot> slots;  // of the file at position % kWindow
  std::size_t next = 0;     // to be parsed
  std::size_t taken = 0;
  bool stopped = false;
  std::vector<std::thread> threads;
};

ParseAhead::ParseAhead(const LayeredFiles& catalogue, std::vector<const LayeredFiles::File*> files)
    : state_(std::make_unique<State>(catalogue, std::move(files))) {
  const std::size_t count = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
  for (std::size_t i = 0; i < count; ++i) {
    try {
      state_->threads.emplace_back([state = state_.get()] { state->work(); });
    } catch (const std::system_error&) {
      if (state_->threads.empty()) throw;
      break;  // fewer threads do as well
    }
  }
}

ParseAhead::~ParseAhead() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
  }
  state_->room.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

yaml::Node ParseAhead::take() {
  State::Slot slot;
  {
    std::unique_lock lock(state_->mutex);
    State::Slot& place = state_->slots[state_->taken % kWindow];
    state_->ready.wait(lock, [&] { return place.is_full(); });
    slot = std::exchange(place, {});
    ++state_->taken;
  }
  state_->room.notify_one();
  if (slot.failure != nullptr) std::rethrow_exception(slot.failure);
  return *std::move(slot.root);  // NOLINT(bugprone-unchecked-optional-access): a full slot
}

}  // namespace waybill
