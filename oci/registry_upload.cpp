#include "oci/registry_upload.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/error.h"
#include "oci/upload_record.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kSmallestChunk = 512ULL << 10;  // below the 1 MiB that proxies allow by default
constexpr std::chrono::seconds kQuick{2};               // for a chunk

std::string with_digest(const std::string& location, const Digest& digest) {
  return fmt::format("{}{}digest={}", location, location.find('?') == std::string::npos ? '?' : '&',
                     digest.to_string());
}

void check_announced_digest(const http::Response& response, const Digest& digest) {
  const std::optional<Digest> announced = Digest::try_parse(response.header("Docker-Content-Digest"));
  if (announced && announced->algorithm() == digest.algorithm() && *announced != digest) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("the registry has stored {} as {}", digest.to_string(), announced->to_string()));
  }
}

// The last byte that the registry has: 9 for "0-9", also "bytes=0-9" as some write it.
std::optional<std::uint64_t> last_of_range(const http::Response& response) {
  const std::string_view range = response.header("Range");
  const std::size_t dash = range.find('-');
  return dash == std::string_view::npos ? std::nullopt : http::header_number(range.substr(dash + 1));
}

bool is_passing(const Error& failure) noexcept {
  return failure.code() == ErrorCode::Unavailable || failure.code() == ErrorCode::Timeout;
}

// One source for all chunks of a blob, opened again only when a chunk does not begin where the last one ended.
class ChunkSource {
 public:
  explicit ChunkSource(const OpenBlob& open) noexcept : open_(open) {}

  // Whatever it has read is not to be gone on with.
  void close() noexcept { source_.reset(); }
  [[nodiscard]] OpenBlob opener() {
    return [this](std::uint64_t offset) -> std::unique_ptr<ByteSource> {
      if (source_ == nullptr || position_ != offset) {
        source_.reset();  // before the next one: both count the progress
        source_ = open_(offset);
        position_ = offset;
      }
      return std::make_unique<View>(*this);
    };
  }

 private:
  class View final : public ByteSource {
   public:
    explicit View(ChunkSource& owner) noexcept : owner_(owner) {}
    std::size_t read(std::span<std::byte> buffer) override {
      const std::size_t count = owner_.source_->read(buffer);
      owner_.position_ += count;
      return count;
    }
    [[nodiscard]] bool is_sendable() const noexcept override { return owner_.source_->is_sendable(); }
    std::optional<std::size_t> send_to(int socket, std::size_t most) override {
      const std::optional<std::size_t> count = owner_.source_->send_to(socket, most);
      if (count) owner_.position_ += *count;
      return count;
    }

   private:
    ChunkSource& owner_;
  };

  const OpenBlob& open_;
  std::unique_ptr<ByteSource> source_;
  std::uint64_t position_ = 0;
};

class Upload {
 public:
  Upload(Session& session, const Descriptor& descriptor, const OpenBlob& open, const std::string& source_repository)
      : session_(session),
        descriptor_(descriptor),
        open_(open),
        source_repository_(source_repository),
        what_(fmt::format("take blob {}", descriptor.digest.to_string())),
        least_chunk_(std::max<std::uint64_t>(session.options().chunk_size, 1)),
        chunk_(least_chunk_),
        source_(open) {
    if (!fits(descriptor.size, chunk_)) record_.emplace(session.options().upload_folder, session.name(), descriptor);
  }

  void run() {
    if (record_) {
      if (const auto saved = record_->load(); saved && session_.is_own(saved->location)) {
        location_ = saved->location;
        offset_ = saved->offset;
        find_offset();
      }
    }
    while (!done_) {
      std::string retry_after;
      try {
        if (location_.empty() && begin() == Begun::Mounted) break;
        if (send(retry_after) == Sent::All) break;
        if (!may_go_on()) throw session_.error(refusal_, what_);
      } catch (const Error& failure) {
        if (!is_passing(failure) || !may_go_on()) throw;
        source_.close();  // it may be what failed
      }
      wait_and_look(retry_after);
    }
    if (record_) record_->forget();
  }

 private:
  enum class Begun : std::uint8_t { Session, Mounted };
  enum class Sent : std::uint8_t { All, Refused };

  // A rest of a few bytes is not worth a request of its own.
  [[nodiscard]] static bool fits(std::uint64_t size, std::uint64_t chunk) noexcept {
    return size <= chunk + chunk / 16;
  }

  // Each chunk costs the registry a look at its own state, and often a sync of what came. So they grow while each is
  // through quickly: few requests on a fast link, and on a slow one no cut costs more than some seconds of sending.
  void adapt_chunk(std::chrono::system_clock::duration took) noexcept {
    if (bounded_) return;
    if (took < kQuick) {
      chunk_ *= 2;
    } else if (took > 4 * kQuick) {
      chunk_ = std::max(chunk_ / 2, least_chunk_);
    }
  }

  // After a failure. Only bytes that the registry never had before count as progress, so this ends.
  bool may_go_on() {
    failures_ = offset_ > most_ ? 1 : failures_ + 1;
    most_ = std::max(most_, offset_);
    return failures_ < session_.attempts();
  }

  // A new upload, unless the registry links the blob from the other repository.
  Begun begin() {
    offset_ = 0;
    if (const auto mounted = try_mount()) return *mounted;
    // distribution-spec 1.1, "Pushing a blob in chunks": the registry may have to hash from the first byte on.
    const std::string_view query =
        descriptor_.digest.algorithm() == DigestAlgorithm::Sha512 ? "?digest-algorithm=sha512" : "";
    const http::Response response = session_.send(
        {.method = "POST", .url = session_.path(fmt::format("blobs/uploads/{}", query)), .access = Access::Push});
    if (response.status != 202) throw session_.error(response, what_);
    take_location(response);
    return Begun::Session;
  }

  // distribution-spec 1.1, "Mounting a blob from another repository". Asked once.
  std::optional<Begun> try_mount() {
    if (source_repository_.empty()) return std::nullopt;
    const std::string from = std::exchange(source_repository_, {});
    try {
      const http::Response response =
          session_.send({.method = "POST",
                         .url = session_.path(fmt::format("blobs/uploads/?mount={}&from={}",
                                                          descriptor_.digest.to_string(), http::percent_encode(from))),
                         .access = Access::Push});
      if (response.status == 201) return Begun::Mounted;
      if (response.status != 202) return std::nullopt;
      take_location(response);
      return Begun::Session;
    } catch (const Error& failure) {
      if (failure.code() == ErrorCode::Denied) return std::nullopt;  // it may not be read there by whom may write here
      throw;
    }
  }

  void take_location(const http::Response& response) {
    if (const std::string_view location = response.header("Location"); !location.empty())
      location_ = session_.resolve(response, location);
    if (location_.empty())
      throw Error(ErrorCode::Unavailable, fmt::format("'{}' begins an upload and does not say where", session_.name()));
    if (const auto least = http::header_number(response.header("OCI-Chunk-Min-Length"))) {
      least_chunk_ = std::max(least_chunk_, *least);
      chunk_ = std::max(chunk_, *least);
    }
  }

  // Until all is sent or the registry refuses something; the last chunk closes the upload.
  Sent send(std::string& retry_after) {
    const OpenBlob open = source_.opener();
    while (true) {
      const bool last = fits(descriptor_.size - offset_, chunk_);
      const std::uint64_t count = last ? descriptor_.size - offset_ : chunk_;
      Call call{.method = last ? "PUT" : "PATCH",
                .url = last ? with_digest(location_, descriptor_.digest) : location_,
                .headers = {{"Content-Type", "application/octet-stream"}},
                .access = Access::Push,
                .body = &open,
                .body_offset = offset_,
                .body_size = count,
                .repeat = Repeat::No};
      const bool whole = last && offset_ == 0;
      if (!whole && count != 0)
        call.headers.emplace_back("Content-Range", fmt::format("{}-{}", offset_, offset_ + count - 1));
      const auto begin = session_.options().clock.now();
      const http::Response response = session_.send(call);
      if (last && (response.status == 201 || response.status == 204 || response.status == 200)) {
        check_announced_digest(response, descriptor_.digest);
        return Sent::All;
      }
      if (!last && (response.status == 202 || response.status == 201 || response.status == 204)) {
        accept(response, offset_ + count);
        adapt_chunk(session_.options().clock.now() - begin);
        continue;
      }
      refuse(response, count);
      retry_after = response.header("Retry-After");
      return Sent::Refused;
    }
  }

  void accept(const http::Response& response, std::uint64_t sent) {
    take_location(response);
    // Less than was sent: it goes on there.
    const auto last = last_of_range(response);
    const std::uint64_t has = last ? *last + 1 : sent;
    if (has > sent || has < offset_) return start_anew();
    offset_ = has;
    save();
  }

  // What can be mended by trying again, otherwise or anew; throws for everything else.
  void refuse(const http::Response& response, std::uint64_t sent) {
    refusal_ = response;
    if (is_worth_retrying(response.status) || response.status == 416) return;
    // The session is gone, as after a lost answer. A new one begins at the first byte.
    const bool gone = response.status == 404 || has_error_code(response, "BLOB_UPLOAD_UNKNOWN") ||
                      has_error_code(response, "BLOB_UPLOAD_INVALID");
    if (gone && !response_says_wrong_content(response)) return start_anew();
    // A proxy before the registry that takes no body of this size.
    if (response.status == 413 && sent > kSmallestChunk) {
      chunk_ = std::max(sent / 4, kSmallestChunk);
      bounded_ = true;
      return;
    }
    if (response.status == 400) accuse_source();
    throw session_.error(response, what_);
  }

  [[nodiscard]] static bool response_says_wrong_content(const http::Response& response) {
    return has_error_code(response, "DIGEST_INVALID") || has_error_code(response, "SIZE_INVALID");
  }

  void accuse_source() const {
    VerifyingSource verified(open_(0), descriptor_.digest, descriptor_.size);
    NullSink nowhere;
    waybill::copy(verified, nowhere);
  }

  void start_anew() {
    location_.clear();
    offset_ = 0;
  }

  void save() {
    if (record_ && session_.is_own(location_)) record_->save({location_, offset_});
  }

  void wait_and_look(std::string_view retry_after) {
    session_.wait(failures_, retry_after);
    if (!bounded_) chunk_ = least_chunk_;  // it may happen again
    if (has_blob(session_, descriptor_)) {
      done_ = true;  // only the answer was lost
    } else if (!location_.empty()) {
      find_offset();
    }
  }

  // How much the registry has of a session that may be gone (distribution-spec 1.1, "Getting the status of an upload").
  void find_offset() {
    if (offset_ == 0 && fits(descriptor_.size, chunk_)) return start_anew();  // nothing of it was taken for sure
    const http::Response response = session_.send({.url = location_, .access = Access::Push});
    const auto last = last_of_range(response);
    if ((response.status != 204 && response.status != 200 && response.status != 202) || !last) return start_anew();
    // "0-0" is what some say of an upload that is still empty.
    const std::uint64_t has = *last == 0 ? std::min<std::uint64_t>(offset_, 1) : *last + 1;
    if (has > descriptor_.size) return start_anew();
    take_location(response);
    offset_ = has;
    save();
  }

  Session& session_;
  const Descriptor& descriptor_;
  const OpenBlob& open_;
  std::string source_repository_;
  std::string what_;
  std::uint64_t least_chunk_;
  std::uint64_t chunk_;   // of the next; smaller than the least only if it is bounded
  bool bounded_ = false;  // something on the way takes no larger ones
  ChunkSource source_;
  std::optional<UploadRecord> record_;
  std::string location_;      // the latest; empty: no upload was begun
  std::uint64_t offset_ = 0;  // bytes that the registry has
  std::uint64_t most_ = 0;    // that it ever had
  unsigned failures_ = 0;     // in a row, without progress
  bool done_ = false;         // the blob is there
  http::Response refusal_;    // the last one
};

}  // namespace

bool has_blob(Session& session, const Descriptor& descriptor) {
  const http::Response response =
      session.send({.method = "HEAD", .url = session.path("blobs/" + descriptor.digest.to_string())});
  if (response.status == 200) {
    const auto size = http::header_number(response.header("Content-Length"));
    return response.header("Content-Length").empty() || size == descriptor.size;
  }
  // Servers that know no HEAD get the upload; repositories of others are told apart by the upload's own answer.
  if (response.status == 404 || response.status == 405 || response.status == 501) return false;
  throw session.error(response, fmt::format("say whether it has blob {}", descriptor.digest.to_string()));
}

Pushed upload_blob(Session& session, const Descriptor& descriptor, const OpenBlob& open,
                   const std::string& source_repository) {
  if (has_blob(session, descriptor)) return Pushed::AlreadyThere;
  Upload(session, descriptor, open, source_repository).run();
  return Pushed::Transferred;
}

}  // namespace waybill::oci
