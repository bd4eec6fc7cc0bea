#include "generator/constraint_strength.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace waybill {
namespace {

struct Bound {
  bool lower = true;  // >= or >
  bool strict = false;
  std::array<std::uint64_t, 3> version{};
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<Bound> parse(std::string_view text) {
  text = trimmed(text);
  Bound bound;
  if (!text.starts_with('>') && !text.starts_with('<')) return std::nullopt;
  bound.lower = text.front() == '>';
  text.remove_prefix(1);
  bound.strict = !text.starts_with('=');
  if (!bound.strict) text.remove_prefix(1);
  text = trimmed(text);
  if (text.starts_with('v')) text.remove_prefix(1);
  for (std::size_t part = 0; part < bound.version.size(); ++part) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), bound.version.at(part));
    if (problem != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
  }
  if (!text.empty() && !text.starts_with('-') && !text.starts_with('+')) return std::nullopt;
  return bound;
}

}  // namespace

bool is_weaker(std::string_view after, std::string_view before) noexcept {
  const std::optional<Bound> a = parse(after);
  const std::optional<Bound> b = parse(before);
  if (!a || !b || a->lower != b->lower) return false;
  if (a->version == b->version) return b->strict && !a->strict;
  return a->lower ? a->version < b->version : a->version > b->version;
}

}  // namespace waybill
