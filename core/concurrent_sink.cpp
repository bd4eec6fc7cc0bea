#include "core/concurrent_sink.h"

#include <algorithm>

namespace waybill {

ConcurrentSink::ConcurrentSink(ByteSink& next) : next_(next), thread_([this] { drain(); }) {}

ConcurrentSink::~ConcurrentSink() {
  {
    const std::lock_guard lock(mutex_);
    dropped_ = true;
  }
  stop();
}

void ConcurrentSink::write(Bytes bytes) {
  while (!bytes.empty()) {
    Buffer& buffer = buffers_[filled_ % kBuffers];  // only this thread moves filled_
    const std::size_t count = std::min(bytes.size(), kBufferSize - buffer.size);
    std::copy_n(bytes.begin(), count, buffer.bytes.get() + buffer.size);
    buffer.size += count;
    bytes = bytes.subspan(count);
    if (buffer.size == kBufferSize) hand_over();
  }
}

// The buffer that is being filled; waits until the next one is free.
void ConcurrentSink::hand_over() {
  std::unique_lock lock(mutex_);
  ++filled_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return failure_ || filled_ - taken_ < kBuffers; });
  if (failure_) std::rethrow_exception(failure_);
}

void ConcurrentSink::finish() {
  if (buffers_[filled_ % kBuffers].size != 0) hand_over();
  stop();
  if (failure_) std::rethrow_exception(failure_);
}

void ConcurrentSink::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ConcurrentSink::drain() noexcept {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ended_ || taken_ != filled_; });
    if (dropped_ || taken_ == filled_) return;
    Buffer& buffer = buffers_[taken_ % kBuffers];
    lock.unlock();
    std::exception_ptr failure;
    try {
      next_.write(Bytes(buffer.bytes.get(), buffer.size));
    } catch (...) {
      failure = std::current_exception();
    }
    buffer.size = 0;
    lock.lock();
    ++taken_;
    failure_ = failure;
    changed_.notify_all();
    if (failure_) return;
  }
}

}  // namespace waybill
