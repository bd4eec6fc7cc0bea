#include "app/workflow/trust_folder.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "core/error.h"
#include "core/file_system.h"
#include "core/interrupt.h"
#include "signing/strict_document.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

constexpr std::string_view kSuffix = ".trust.json";
constexpr std::string_view kEpochsFile = "epochs.json";
constexpr std::size_t kMostVersions = 10'000;
constexpr std::uint64_t kLargestFile = 2 * signing::kLargestTrustInput;

// The version in "7.trust.json".
std::optional<std::uint64_t> version_of(const std::string& name) {
  if (!name.ends_with(kSuffix) || name.front() == '0') return std::nullopt;
  std::uint64_t version = 0;
  const char* end = name.data() + name.size() - kSuffix.size();
  const auto [stop, error] = std::from_chars(name.data(), end, version);
  return error == std::errc{} && stop == end ? std::optional(version) : std::nullopt;
}

std::vector<std::uint64_t> versions_in(const fs::path& folder) {
  std::error_code error;
  std::vector<std::uint64_t> versions;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (const auto version = version_of(it->path().filename().string())) versions.push_back(*version);
    if (versions.size() > kMostVersions)
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'{}' holds more than {} versions", folder.string(), kMostVersions));
  }
  if (error) throw system_error(error.value(), fmt::format("cannot read the trust folder '{}'", folder.string()));
  std::sort(versions.begin(), versions.end());
  return versions;
}

fs::path file_of(const fs::path& folder, std::uint64_t version) {
  return folder / fmt::format("{}{}", version, kSuffix);
}

}  // namespace

TrustFolder TrustFolder::open(const fs::path& folder) {
  TrustFolder trust(folder);
  const std::vector<std::uint64_t> versions = versions_in(folder);
  if (versions.empty())
    throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no trust", folder.string()))
        .hint("'waybill trust init' makes a trust folder");
  for (const std::uint64_t version : versions) {
    const std::string file = file_of(folder, version).string();
    signing::SignedTrust next = signing::read_signed_trust(read_file(file, kLargestFile), file);
    with_context(
        [&] { return fmt::format("in the trust file '{}'", file); },
        [&] {
          if (next.document.version != version)
            throw Error(ErrorCode::Untrusted, fmt::format("it holds version {}", next.document.version));
          (trust.chain_.empty() ? signing::check_first(next) : signing::check_succession(trust.chain_.back(), next))
              .throw_unless_trusted();
        });
    trust.chain_.push_back(std::move(next));
  }
  trust.read_epochs();
  return trust;
}

void TrustFolder::read_epochs() {
  const fs::path file = folder_ / kEpochsFile;
  epochs_ = fs::exists(fs::symlink_status(file)) ? parse_epochs(read_file(file), file.string()) : EpochMemory();
}

TrustFolder TrustFolder::create(const fs::path& folder, signing::SignedTrust first) {
  signing::check_first(first).throw_unless_trusted();
  fs::create_directories(folder);
  if (!fs::is_empty(folder))
    throw Error(ErrorCode::Conflict, fmt::format("'{}' is not empty", folder.string()))
        .hint("'waybill trust update' changes the trust that is there");
  TrustFolder trust(folder);
  trust.write(first);
  trust.chain_.push_back(std::move(first));
  return trust;
}

void TrustFolder::write(const signing::SignedTrust& document) const {
  write_file(file_of(folder_, document.document.version), signing::write_signed_trust(document), Overwrite::No, 0644);
}

void TrustFolder::add(signing::SignedTrust next) {
  signing::check_succession(current(), next).throw_unless_trusted();
  write(next);
  chain_.push_back(std::move(next));
}

void TrustFolder::remember(const Epoch& epoch) {
  // The folder itself is the lock: there is no file that could be left behind.
  const UniqueFd lock(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock) throw system_error(fmt::format("cannot open the trust folder '{}'", folder_.string()));
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw system_error(fmt::format("cannot lock the trust folder '{}'", folder_.string()));
    throw_if_interrupted();
  }
  read_epochs();
  const auto [held, added] = epochs_.try_emplace(epoch.line, epoch.number);
  if (!added && held->second >= epoch.number) return;
  held->second = epoch.number;
  write_file(folder_ / kEpochsFile, write_epochs(epochs_), Overwrite::Yes, 0644);
}

}  // namespace waybill
