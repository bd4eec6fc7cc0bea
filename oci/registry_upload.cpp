#include "oci/registry_upload.h"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>

#include "core/error.h"
#include "core/file_system.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kKeptInMemory = 4ULL << 20;

// Counts and hashes what comes, so that too much is refused at once and wrong content before anybody sees it.
class CheckedDownload : public Download {
 public:
  explicit CheckedDownload(const Descriptor& descriptor) : descriptor_(descriptor) {}
  void restart() final {
    hash_ = Sha256();
    size_ = 0;
    clear();
  }
  using ByteSink::write;
  void write(Bytes bytes) final {
    if (bytes.size() > descriptor_.size - size_) {
      throw Error(ErrorCode::Untrusted, fmt::format("the registry sends more than the {} bytes of {}", descriptor_.size,
                                                    descriptor_.digest.to_string()));
    }
    size_ += bytes.size();
    hash_.update(bytes);
    keep(bytes);
  }
  void finish() {
    if (size_ != descriptor_.size) {
      throw Error(ErrorCode::Untrusted, fmt::format("the registry sends {} instead of {} bytes for {}", size_,
                                                    descriptor_.size, descriptor_.digest.to_string()));
    }
    if (const Digest actual = hash_.finish(); actual != descriptor_.digest) {
      throw Error(ErrorCode::Untrusted,
                  fmt::format("the registry sends {} for {}", actual.to_string(), descriptor_.digest.to_string()));
    }
  }
  [[nodiscard]] virtual std::unique_ptr<ByteSource> open() = 0;

 private:
  virtual void clear() = 0;
  virtual void keep(Bytes bytes) = 0;
  const Descriptor& descriptor_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

class MemoryDownload final : public CheckedDownload {
 public:
  using CheckedDownload::CheckedDownload;
  std::unique_ptr<ByteSource> open() override { return std::make_unique<StringSource>(std::move(text_)); }

 private:
  void clear() override { text_.clear(); }
  void keep(Bytes bytes) override { text_ += as_text(bytes); }
  std::string text_;
};

class FileDownload final : public CheckedDownload {
 public:
  using CheckedDownload::CheckedDownload;
  std::unique_ptr<ByteSource> open() override {
    rewind();
    return std::make_unique<FdSource>(std::move(fd_), "a temporary file");
  }

 private:
  void rewind() const {
    if (::lseek(fd_.get(), 0, SEEK_SET) != 0) throw system_error("cannot read a temporary file");
  }
  void clear() override {
    rewind();
    if (::ftruncate(fd_.get(), 0) != 0) throw system_error("cannot write a temporary file");
  }
  void keep(Bytes bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR) throw system_error("cannot write a temporary file");
      if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  UniqueFd fd_ = unnamed_temporary_file();
};

std::string with_digest(const std::string& location, const Digest& digest) {
  return fmt::format("{}{}digest={}", location, location.find('?') == std::string::npos ? '?' : '&',
                     digest.to_string());
}

void check_announced_digest(const http::Response& response, const Digest& digest) {
  const std::string_view announced = response.header("Docker-Content-Digest");
  if (announced.starts_with("sha256:") && announced != digest.to_string()) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("the registry has stored {} as {}", digest.to_string(), announced.substr(0, 80)));
  }
}

// The address where a new upload takes its bytes.
std::string begin_upload(Session& session, const std::string& what) {
  const http::Response response =
      session.send({.method = "POST", .url = session.path("blobs/uploads/"), .access = Access::Push});
  const std::string_view location = response.header("Location");
  if (response.status != 202 || location.empty()) throw session.error(response, what);
  return session.resolve(response, location);
}

}  // namespace

bool has_blob(Session& session, const Descriptor& descriptor) {
  const http::Response response =
      session.send({.method = "HEAD", .url = session.path("blobs/" + descriptor.digest.to_string())});
  if (response.status == 200) {
    const std::string_view length = response.header("Content-Length");
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), size);
    return length.empty() || (error == std::errc() && size == descriptor.size);
  }
  // Servers that know no HEAD get the upload; repositories of others are told apart by the upload's own answer.
  if (response.status == 404 || response.status == 405 || response.status == 501) return false;
  throw session.error(response, fmt::format("say whether it has blob {}", descriptor.digest.to_string()));
}

Pushed upload_blob(Session& session, const Descriptor& descriptor, const OpenBlob& open) {
  if (has_blob(session, descriptor)) return Pushed::AlreadyThere;
  const std::string what = fmt::format("take blob {}", descriptor.digest.to_string());
  // A wrong source shows before the registry is blamed for it.
  const OpenBlob verified = [&] {
    return std::make_unique<VerifyingSource>(open(), descriptor.digest, descriptor.size);
  };
  const unsigned attempts = std::max(session.attempts(), 1U);
  for (unsigned attempt = 1;; ++attempt) {
    const std::string location = begin_upload(session, what);  // repeats by itself
    std::string retry_after;
    try {
      const http::Response response = session.send({.method = "PUT",
                                                    .url = with_digest(location, descriptor.digest),
                                                    .headers = {{"Content-Type", "application/octet-stream"}},
                                                    .access = Access::Push,
                                                    .body = &verified,
                                                    .body_size = descriptor.size,
                                                    .repeat = Repeat::No});
      if (response.status == 201 || response.status == 200 || response.status == 204) {
        check_announced_digest(response, descriptor.digest);
        return Pushed::Transferred;
      }
      // 404: the upload's session is gone, as after a lost answer. A new one begins at the first byte.
      const bool passing = is_worth_retrying(response.status) || response.status == 404;
      if (!passing || attempt >= attempts) throw session.error(response, what);
      retry_after = response.header("Retry-After");
    } catch (const Error& failure) {
      const bool passing = failure.code() == ErrorCode::Unavailable || failure.code() == ErrorCode::Timeout;
      if (!passing || attempt >= attempts) throw;
    }
    session.wait(attempt, retry_after);
    if (has_blob(session, descriptor)) return Pushed::Transferred;  // only the answer was lost
  }
}

std::unique_ptr<ByteSource> download_blob(Session& session, const Descriptor& descriptor) {
  std::unique_ptr<CheckedDownload> download;
  if (descriptor.size <= kKeptInMemory) {
    download = std::make_unique<MemoryDownload>(descriptor);
  } else {
    download = std::make_unique<FileDownload>(descriptor);
  }
  const std::string what = fmt::format("give blob {}", descriptor.digest.to_string());
  const http::Response response =
      session.send({.url = session.path("blobs/" + descriptor.digest.to_string()), .download = download.get()});
  if (response.status != 200) throw session.error(response, what);
  download->finish();
  return download->open();
}

}  // namespace waybill::oci
