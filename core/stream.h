#pragma once
// Byte streams: two one-function interfaces and small pieces that are put together. Nothing here buffers; sources may
// return less than was asked for; 0 means the end.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/unique_fd.h"
#include "core/write_back.h"

namespace waybill {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Takes all bytes or throws.
  virtual void write(Bytes bytes) = 0;
  void write(std::string_view text) { write(as_bytes(text)); }
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills the front of `buffer` and returns how much; 0 only at the end (or for an empty buffer). Throws on failure.
  virtual std::size_t read(std::span<std::byte> buffer) = 0;
  // Whether send_to() may be called: the bytes lie in a file, and nobody has to see them on their way.
  [[nodiscard]] virtual bool is_sendable() const noexcept { return false; }
  // Instead of read(): the system moves the next bytes, at most `most`, from the file into a socket that does not block
  // (sendfile(2)). Returns how many went; 0 only at the end, nullopt when the socket takes none now. Throws Unavailable
  // when the connection is lost, else like read().
  virtual std::optional<std::size_t> send_to(int socket, std::size_t most);
};

class StringSink final : public ByteSink {
 public:
  using ByteSink::write;
  StringSink() = default;
  explicit StringSink(std::size_t expected) { text_.reserve(expected); }
  void write(Bytes bytes) override { text_ += as_text(bytes); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::string take() noexcept { return std::move(text_); }

 private:
  std::string text_;
};

class NullSink final : public ByteSink {
 public:
  using ByteSink::write;
  void write(Bytes) override {}
};

// Only counts.
class CountingSink final : public ByteSink {
 public:
  using ByteSink::write;
  void write(Bytes bytes) override { count_ += bytes.size(); }
  void skip(std::uint64_t size) noexcept { count_ += size; }  // as if so many had been written
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  std::uint64_t count_ = 0;
};

// Reads bytes that somebody else keeps alive.
class SpanSource final : public ByteSource {
 public:
  explicit SpanSource(Bytes bytes) noexcept : rest_(bytes) {}
  explicit SpanSource(std::string_view text) noexcept : rest_(as_bytes(text)) {}
  std::size_t read(std::span<std::byte> buffer) override;

 private:
  Bytes rest_;
};

// Reads bytes that it owns.
class StringSource final : public ByteSource {
 public:
  explicit StringSource(std::string text) noexcept : text_(std::move(text)), source_(text_) {}
  StringSource(const StringSource&) = delete;
  StringSource& operator=(const StringSource&) = delete;
  std::size_t read(std::span<std::byte> buffer) override { return source_.read(buffer); }

 private:
  std::string text_;
  SpanSource source_;
};

class FdSource final : public ByteSource {
 public:
  FdSource(UniqueFd fd, std::string name) noexcept : fd_(std::move(fd)), name_(std::move(name)) {}
  // From a byte on. Throws NotFound, Denied or Unclassified, naming the file.
  [[nodiscard]] static std::unique_ptr<FdSource> open(const std::string& path, std::uint64_t offset = 0);
  std::size_t read(std::span<std::byte> buffer) override;
  [[nodiscard]] bool is_sendable() const noexcept override;  // a regular file is
  std::optional<std::size_t> send_to(int socket, std::size_t most) override;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::string name_;
};

class FdSink final : public ByteSink {
 public:
  FdSink(UniqueFd fd, std::string name) noexcept : fd_(std::move(fd)), name_(std::move(name)) {}
  using ByteSink::write;
  void write(Bytes bytes) override;
  // fsync, then close; throws if the data did not reach the disk.
  void finish();

 private:
  UniqueFd fd_;
  std::string name_;
  std::uint64_t size_ = 0;
  WriteBack write_back_;
};

// Passes everything on and keeps the digest and the count.
class HashingSink final : public ByteSink {
 public:
  explicit HashingSink(ByteSink& next, DigestAlgorithm algorithm = DigestAlgorithm::Sha256)
      : next_(next), hash_(algorithm) {}
  using ByteSink::write;
  void write(Bytes bytes) override {
    hash_.update(bytes);
    size_ += bytes.size();
    next_.write(bytes);
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] Digest finish() { return hash_.finish(); }

 private:
  ByteSink& next_;
  Hasher hash_;
  std::uint64_t size_ = 0;
};

// Fails with InvalidInput as soon as more than `limit` bytes come. Does not own `inner`.
class LimitedSource final : public ByteSource {
 public:
  LimitedSource(ByteSource& inner, std::uint64_t limit, std::string name) noexcept
      : inner_(inner), rest_(limit), limit_(limit), name_(std::move(name)) {}
  std::size_t read(std::span<std::byte> buffer) override;

 private:
  ByteSource& inner_;
  std::uint64_t rest_;
  std::uint64_t limit_;
  std::string name_;
};

// Reads exactly `size` bytes with exactly this digest. The read that would hand out the last of them throws Untrusted
// instead if the digest differs or a byte follows, as does an end that comes too early: whoever got `size` bytes has
// verified content.
class VerifyingSource final : public ByteSource {
 public:
  VerifyingSource(std::unique_ptr<ByteSource> inner, const Digest& digest, std::uint64_t size)
      : VerifyingSource(std::move(inner), digest, size, Hasher(digest.algorithm()), 0) {}
  // The rest: `begun` has hashed the first `done` bytes.
  VerifyingSource(std::unique_ptr<ByteSource> inner, const Digest& digest, std::uint64_t size, Hasher begun,
                  std::uint64_t done)
      : inner_(std::move(inner)), digest_(digest), rest_(size - done), size_(size), hash_(std::move(begun)) {}
  std::size_t read(std::span<std::byte> buffer) override;

 private:
  void verify_end();

  std::unique_ptr<ByteSource> inner_;
  Digest digest_;
  std::uint64_t rest_;
  std::uint64_t size_;
  Hasher hash_;
  bool verified_ = false;
};

// Copies to the end; returns the number of bytes. Throws Interrupted when the user asked to stop.
std::uint64_t copy(ByteSource& from, ByteSink& to);
// Reads to the end; throws InvalidInput, naming `name`, when there is more than `limit`.
// Memory for `expected` bytes is taken at the beginning.
[[nodiscard]] std::string read_all(ByteSource& from, std::uint64_t limit, const std::string& name,
                                   std::uint64_t expected = 0);

}  // namespace waybill
