#include "oci/partial_archive.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/interrupt.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::string_view kPrefix = ".waybill-partial-archive-";
constexpr std::size_t kBufferSize = std::size_t{512} * 1024;

// One for each archive; the end of a long name is left out, and its hash in its place.
std::string partial_name(const fs::path& file) {
  const std::string name = file.filename().string();
  constexpr std::size_t kLongest = 150;
  if (name.size() <= kLongest) return fmt::format("{}{}", kPrefix, name);
  return fmt::format("{}{}-{}", kPrefix, name.substr(0, kLongest), sha256(name).hex().substr(0, 16));
}

void remove_stale_partials(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    if (entry->path().filename().string().starts_with(kPrefix) && is_too_old(entry->path()))
      remove_unless_locked(entry->path());
  }
}

}  // namespace

PartialArchive::PartialArchive(fs::path file)
    : file_(std::move(file)),
      partial_(folder_of(file_), partial_name(file_), file_.filename().string().substr(0, 100)),
      kept_(partial_.size()) {
  remove_stale_partials(folder_of(file_));
}

void PartialArchive::write(Bytes bytes) {
  while (position_ < kept_ && !bytes.empty()) {
    std::array<std::byte, std::size_t{16} * 1024> there{};
    const std::size_t want = std::min<std::size_t>({there.size(), bytes.size(), kept_ - position_});
    const std::size_t count = partial_.read_at(position_, std::span(there).first(want));
    if (count == 0 || !std::equal(there.begin(), there.begin() + static_cast<std::ptrdiff_t>(count), bytes.begin()))
      break;
    position_ += count;
    bytes = bytes.subspan(count);
  }
  if (bytes.empty()) return;
  if (position_ < kept_) cut();
  partial_.write_at(position_, bytes);
  position_ += bytes.size();
  kept_ = position_;
}

std::uint64_t PartialArchive::take_over(std::uint64_t size, Hasher& hash) {
  const std::uint64_t end = position_ + std::min(size, kept_ - position_);
  const std::uint64_t begin = position_;
  const auto storage = std::make_unique_for_overwrite<std::byte[]>(kBufferSize);
  while (position_ < end) {
    throw_if_interrupted();
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(kBufferSize, end - position_));
    const std::size_t count = partial_.read_at(position_, {storage.get(), want});
    if (count == 0) {
      cut();
      break;
    }
    hash.update(Bytes(storage.get(), count));
    position_ += count;
  }
  return position_ - begin;
}

void PartialArchive::go_back(std::uint64_t position) {
  position_ = position;
  cut();
}

void PartialArchive::cut() {
  partial_.cut(position_);
  kept_ = position_;
}

void PartialArchive::commit(Overwrite overwrite) {
  cut();
  partial_.commit(file_, overwrite);
}

}  // namespace waybill::oci
