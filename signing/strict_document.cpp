#include "signing/strict_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"

namespace waybill::signing {
namespace {

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// What is quoted in a message comes from untrusted hands.
std::string shown(std::string_view text) {
  std::string result(text.substr(0, 60));
  std::ranges::replace_if(result, is_control, '?');
  return result;
}

std::string_view kind_of(const yaml::Node& node) noexcept {
  switch (node.kind) {
    case yaml::Kind::Map:
      return "a mapping";
    case yaml::Kind::List:
      return "a list";
    case yaml::Kind::Scalar:
      break;
  }
  return "a scalar";
}

}  // namespace

yaml::Node StrictDocument::parse(std::string_view text) const {
  return yaml::parse(text, file_, yaml::Documents::One, {.bytes = kLargestTrustInput, .depth = 16, .nodes = 10'000});
}

void StrictDocument::fail(const yaml::Node& node, std::string message, std::string hint) const {
  throw Error(ErrorCode::InvalidInput, std::move(message)).at({file_, node.line, node.column}).hint(std::move(hint));
}

void StrictDocument::require_fields(const yaml::Node& node, std::string_view what,
                                    std::initializer_list<std::string_view> known) const {
  if (node.kind != yaml::Kind::Map) fail(node, fmt::format("{} must be a mapping, not {}", what, kind_of(node)));
  for (const auto& [key, value] : node.members) {
    if (std::ranges::find(known, key.text) != known.end()) continue;
    fail(key, fmt::format("{} has an unknown field '{}'", what, shown(key.text)),
         suggestion(key.text, std::vector<std::string>(known.begin(), known.end())));
  }
}

const yaml::Node* StrictDocument::find(const yaml::Node& map, std::string_view field) const {
  const yaml::Node* found = map.find(field);
  return found == nullptr || found->is_null() ? nullptr : found;
}

const yaml::Node& StrictDocument::require(const yaml::Node& map, std::string_view field) const {
  const yaml::Node* found = find(map, field);
  if (found == nullptr) fail(map, fmt::format("'{}' is missing here", field));
  return *found;
}

std::string StrictDocument::text(const yaml::Node& scalar, std::string_view what, Text kind,
                                 std::size_t longest) const {
  if (scalar.kind != yaml::Kind::Scalar) fail(scalar, fmt::format("{} must be a text, not {}", what, kind_of(scalar)));
  if (scalar.text.empty() || scalar.is_null()) fail(scalar, fmt::format("{} is empty", what));
  if (scalar.text.size() > longest) fail(scalar, fmt::format("{} is longer than {} bytes", what, longest));
  if (std::ranges::any_of(scalar.text, [kind](char c) { return is_control(c) && !(kind == Text::Block && c == '\n'); }))
    fail(scalar, fmt::format("{} holds control characters", what));
  return scalar.text;
}

std::string StrictDocument::required_text(const yaml::Node& map, std::string_view field) const {
  return text(require(map, field), fmt::format("'{}'", field));
}

std::uint64_t StrictDocument::number(const yaml::Node& scalar, std::string_view what, std::uint64_t least) const {
  std::uint64_t value = 0;
  const char* end = scalar.text.data() + scalar.text.size();
  const auto [stop, error] = std::from_chars(scalar.text.data(), end, value);
  // One way to write a number: 007 would be another one to some readers.
  const bool plain = scalar.kind == yaml::Kind::Scalar && scalar.plain && !scalar.text.empty() &&
                     (scalar.text.size() == 1 || scalar.text.front() != '0');
  if (!plain || error != std::errc{} || stop != end || value < least || value > std::uint64_t{1} << 53U)
    fail(scalar, fmt::format("{} must be a whole number from {} on", what, least));
  return value;
}

const std::vector<yaml::Node>& StrictDocument::list(const yaml::Node& map, std::string_view field,
                                                    std::size_t most) const {
  static const std::vector<yaml::Node> kNone;
  const yaml::Node* found = find(map, field);
  if (found == nullptr) return kNone;
  if (found->kind != yaml::Kind::List) fail(*found, fmt::format("'{}' must be a list, not {}", field, kind_of(*found)));
  if (found->items.size() > most) fail(*found, fmt::format("'{}' has more than {} items", field, most));
  return found->items;
}

const std::vector<std::pair<yaml::Node, yaml::Node>>& StrictDocument::map(const yaml::Node& map, std::string_view field,
                                                                          std::size_t most) const {
  static const std::vector<std::pair<yaml::Node, yaml::Node>> kNone;
  const yaml::Node* found = find(map, field);
  if (found == nullptr) return kNone;
  if (found->kind != yaml::Kind::Map)
    fail(*found, fmt::format("'{}' must be a mapping, not {}", field, kind_of(*found)));
  if (found->members.size() > most) fail(*found, fmt::format("'{}' has more than {} members", field, most));
  return found->members;
}

}  // namespace waybill::signing
