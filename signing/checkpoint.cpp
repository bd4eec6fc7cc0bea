#include "signing/checkpoint.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/error.h"

namespace waybill::signing {
namespace {

constexpr std::size_t kLargestNote = std::size_t{64} * 1024;
constexpr std::size_t kMostSignatures = 32;
constexpr std::size_t kHintSize = 4;
constexpr std::string_view kSignatureMark = "\xe2\x80\x94 ";  // an em dash and a blank
constexpr char kEd25519 = 1;                                  // its number in signed notes

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the log's checkpoint {}", why));
}

// Cuts the first line off, without its line feed.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) refuse("has a line without an end");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

CheckpointSignature parse_signature(std::string_view line) {
  if (!line.starts_with(kSignatureMark)) refuse("has a signature line that does not begin as one");
  line.remove_prefix(kSignatureMark.size());
  const std::size_t blank = line.find(' ');
  const auto bytes = blank == std::string_view::npos ? std::nullopt : from_base64(line.substr(blank + 1));
  if (!bytes || bytes->size() <= kHintSize || blank == 0) refuse("has a signature line that cannot be read");
  return {std::string(line.substr(0, blank)), bytes->substr(0, kHintSize), bytes->substr(kHintSize)};
}

// The note's key hash for Ed25519; the beginning of the log's id for the other kinds, as Rekor writes it.
std::string hint_of(const LogKey& key, std::string_view log_id, std::string_view name) {
  if (key.ed25519().empty()) return std::string(log_id.substr(0, kHintSize));
  const Digest hash = sha256(std::string(name) + '\n' + kEd25519 + key.ed25519());
  return std::string(as_text(hash.raw()).substr(0, kHintSize));
}

}  // namespace

Checkpoint parse_checkpoint(std::string_view note) {
  if (note.size() > kLargestNote) refuse("is too large");
  const std::size_t gap = note.find("\n\n");
  if (gap == std::string_view::npos) refuse("has no signature");
  const std::string_view text = note.substr(0, gap + 1);
  std::string_view rest = text;
  const std::string_view origin = next_line(rest);
  if (origin.empty()) refuse("has no origin");
  const std::string_view digits = rest.empty() ? std::string_view() : next_line(rest);
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc() || digits.empty() || end != digits.data() + digits.size()) refuse("has no size");
  const auto root = rest.empty() ? std::nullopt : from_base64(next_line(rest));
  std::array<std::byte, 32> hash{};
  if (!root || root->size() != hash.size()) refuse("has no root hash");
  std::memcpy(hash.data(), root->data(), hash.size());
  Checkpoint checkpoint{std::string(origin), size, Digest::from_raw(hash), std::string(text), {}};
  std::string_view lines = note.substr(gap + 2);
  while (!lines.empty()) {
    if (checkpoint.signatures.size() == kMostSignatures)
      refuse(fmt::format("has more than {} signatures", kMostSignatures));
    checkpoint.signatures.push_back(parse_signature(next_line(lines)));
  }
  if (checkpoint.signatures.empty()) refuse("has no signature");
  return checkpoint;
}

bool is_signed_by(const Checkpoint& checkpoint, const Log& log) {
  if (!log.key) return false;
  const LogKey& key = *log.key;
  return std::ranges::any_of(checkpoint.signatures, [&](const CheckpointSignature& signature) {
    return signature.key_hint == hint_of(key, log.id, signature.name) &&
           key.verify(checkpoint.text, signature.signature);
  });
}

}  // namespace waybill::signing
