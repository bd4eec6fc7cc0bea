#include "oci/registry_download.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"

namespace waybill::oci {
namespace {

class RemoteBlob final : public ByteSource {
 public:
  RemoteBlob(Session& session, const Descriptor& descriptor, std::uint64_t offset)
      : session_(session), descriptor_(descriptor), position_(offset) {
    connect();
  }

  std::size_t read(std::span<std::byte> buffer) override {
    if (buffer.empty()) return 0;
    while (true) {
      if (body_ == nullptr && !ended_) connect();  // repeats by itself
      if (position_ == descriptor_.size) return expect_end();
      const std::size_t count = read_some(buffer);
      if (count == 0) continue;
      if (to_drop_ != 0) {
        to_drop_ -= count;
        continue;
      }
      failures_ = 0;
      if (count > descriptor_.size - position_) throw too_much();
      position_ += count;
      return count;
    }
  }

 private:
  [[nodiscard]] std::string what() const { return fmt::format("blob {}", descriptor_.digest.to_string()); }
  [[nodiscard]] Error too_much() const {
    return Error(ErrorCode::Untrusted,
                 fmt::format("'{}' sends more than the {} bytes of {}", session_.name(), descriptor_.size, what()));
  }

  // 0 when the transfer has to go on with another request.
  std::size_t read_some(std::span<std::byte> buffer) {
    if (to_drop_ != 0)
      buffer = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), to_drop_)));
    try {
      if (const std::size_t count = body_->read(buffer); count != 0) return count;
      throw Error(ErrorCode::Unavailable, fmt::format("'{}' ends {} early", session_.name(), what()));
    } catch (const Error& failure) {
      const bool passing = failure.code() == ErrorCode::Unavailable || failure.code() == ErrorCode::Timeout;
      if (!passing || ++failures_ >= session_.attempts()) throw;
    }
    body_.reset();
    session_.wait(failures_);
    return 0;
  }

  // Lets the connection be used again; a failure behind the last byte is none.
  std::size_t expect_end() {
    if (ended_) return 0;
    std::array<std::byte, 1> extra{};
    ended_ = true;
    try {
      if (body_->read(extra) == 0) return 0;
    } catch (const Error& failure) {
      if (failure.code() == ErrorCode::Interrupted) throw;
      return 0;
    }
    throw too_much();
  }

  void connect() {
    if (position_ != 0 && position_ == descriptor_.size) {
      ended_ = true;
      return;
    }
    to_drop_ = 0;
    http::Exchange exchange = request(position_);
    if (position_ != 0 && !continues(exchange.response)) {
      // The server counts ranges in a way of its own, or has none.
      if (exchange.response.status == 206 || exchange.response.status == 416) exchange = request(0);
      require_whole(exchange.response);
      to_drop_ = position_;
    } else if (position_ == 0) {
      require_whole(exchange.response);
    }
    body_ = std::move(exchange.body);
  }

  http::Exchange request(std::uint64_t from) {
    Call call{.url = session_.path("blobs/" + descriptor_.digest.to_string())};
    if (from != 0) call.headers = {{"Range", fmt::format("bytes={}-", from)}};
    return session_.open(call);
  }

  // Whether this is the rest that was asked for.
  [[nodiscard]] bool continues(const http::Response& response) const {
    if (response.status != 206) return false;
    const auto range = parse_content_range(response.header("Content-Range"));
    if (!range || range->first != position_) return false;
    if (range->size && *range->size != descriptor_.size) throw another_size(*range->size);
    return true;
  }

  void require_whole(const http::Response& response) const {
    if (response.status != 200) throw session_.error(response, fmt::format("give {}", what()));
    const auto length = http::header_number(response.header("Content-Length"));
    if (length && *length != descriptor_.size) throw another_size(*length);
  }

  [[nodiscard]] Error another_size(std::uint64_t size) const {
    return Error(ErrorCode::Untrusted, fmt::format("'{}' says that {} has {} bytes, not {}", session_.name(), what(),
                                                   size, descriptor_.size));
  }

  Session& session_;
  Descriptor descriptor_;
  std::uint64_t position_;
  std::uint64_t to_drop_ = 0;  // of the body: bytes that were handed out already
  unsigned failures_ = 0;      // in a row, without a byte between them
  bool ended_ = false;
  std::unique_ptr<ByteSource> body_;
};

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) return std::nullopt;
  const auto first = http::header_number(text.substr(0, dash));
  const auto last = http::header_number(text.substr(dash + 1, slash - dash - 1));
  const std::string_view size = text.substr(slash + 1);
  if (!first || !last || *last < *first) return std::nullopt;
  if (size == "*") return ContentRange{*first, std::nullopt};
  const auto whole = http::header_number(size);
  if (!whole || *last >= *whole) return std::nullopt;
  return ContentRange{*first, whole};
}

std::unique_ptr<ByteSource> open_remote_blob(Session& session, const Descriptor& descriptor, std::uint64_t offset) {
  return std::make_unique<RemoteBlob>(session, descriptor, offset);
}

}  // namespace waybill::oci
