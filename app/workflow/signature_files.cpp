#include "app/workflow/signature_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/file_system.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

constexpr std::size_t kDigits = 12;

// What lies there as a regular file, empty for nothing. Reading a pipe that a stranger put there would never end.
std::string bytes_at(const std::string& path) {
  if (!fs::exists(fs::symlink_status(path))) return {};
  if (!fs::is_regular_file(path))
    throw Error(ErrorCode::Conflict, fmt::format("'{}' is there already and is no regular file", path));
  return read_file(path, signing::kLargestBundle);
}

}  // namespace

std::string signature_file(const std::string& base) { return base + std::string(kSignatureSuffix); }

std::string signature_file(const std::string& base, const signing::PublicKey& key) {
  return fmt::format("{}.{}{}", base, sha256(key.spki()).hex().substr(0, kDigits), kSignatureSuffix);
}

std::string attestation_name(std::string_view predicate_type) {
  const std::string name = signing::short_name(predicate_type);
  return name.empty() ? sha256(predicate_type).hex().substr(0, kDigits) : name;
}

std::vector<std::string> write_signature_files(const std::string& base, const std::vector<signing::PrivateKey>& keys,
                                               const SignatureMaker& maker, bool force) {
  const std::string plain = signature_file(base);
  const std::string held = bytes_at(plain);
  const bool ours = std::any_of(keys.begin(), keys.end(),
                                [&](const signing::PrivateKey& key) { return maker.holds(held, key.public_key()); });
  if (!ours && fs::exists(plain) && !force) {
    throw Error(ErrorCode::Conflict, fmt::format("'{}' holds another signature", plain))
        .hint("--force replaces it; to keep both, name the keys of both");
  }
  bool plain_is_free = !ours;
  std::vector<std::string> files;
  for (const signing::PrivateKey& key : keys) {
    std::string file = plain;
    if (plain_is_free) {
      write_file(plain, maker.make(key), Overwrite::Yes, 0644);
      plain_is_free = false;
    } else if (!ours || !maker.holds(held, key.public_key())) {
      file = signature_file(base, key.public_key());
      if (!maker.holds(bytes_at(file), key.public_key())) write_file(file, maker.make(key), Overwrite::Yes, 0644);
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace waybill
