#pragma once
// A sink that another thread empties: whoever writes goes on while what was written is hashed and written further.
#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "core/stream.h"

namespace waybill {

class ConcurrentSink final : public ByteSink {
 public:
  // `next` is used by the other thread alone until finish() has returned or this object is destroyed.
  explicit ConcurrentSink(ByteSink& next);
  ConcurrentSink(const ConcurrentSink&) = delete;
  ConcurrentSink& operator=(const ConcurrentSink&) = delete;
  // Without finish(): what has not gone on is dropped.
  ~ConcurrentSink() override;

  using ByteSink::write;
  // Waits while all buffers are full. Throws what `next` threw at an earlier write.
  void write(Bytes bytes) override;
  // All has gone on when this returns; nothing can be written any more. Throws like write().
  void finish();

 private:
  static constexpr std::size_t kBuffers = 4;
  static constexpr std::size_t kBufferSize = std::size_t{512} * 1024;
  struct Buffer {
    std::unique_ptr<std::byte[]> bytes = std::make_unique_for_overwrite<std::byte[]>(kBufferSize);
    std::size_t size = 0;
  };

  void drain() noexcept;
  void hand_over();
  void stop() noexcept;

  ByteSink& next_;
  std::array<Buffer, kBuffers>
      buffers_;       // a ring: `taken_` to `filled_` belong to the thread, the others to the writer
  std::mutex mutex_;  // guards the members below
  std::condition_variable changed_;
  std::size_t filled_ = 0;  // buffers handed over so far
  std::size_t taken_ = 0;   // buffers done with
  bool ended_ = false;      // nothing more comes
  bool dropped_ = false;    // nor is what waits wanted
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace waybill
