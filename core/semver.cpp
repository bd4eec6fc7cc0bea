#include "core/semver.h"

#include <fmt/core.h>

#include <charconv>

#include "core/error.h"

namespace waybill {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kIdentifier = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";

bool is_number(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos &&
         (text.size() == 1 || text[0] != '0');
}

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  if (!is_number(text)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view take(std::string_view& rest, char separator) noexcept {
  const std::size_t at = rest.find(separator);
  const std::string_view head = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return head;
}

enum class LeadingZeros : bool { Refused, Allowed };

bool valid_identifiers(std::string_view text, LeadingZeros zeros) noexcept {
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || part.find_first_not_of(kIdentifier) != std::string_view::npos) return false;
    const bool all_digits = part.find_first_not_of(kDigits) == std::string_view::npos;
    if (zeros == LeadingZeros::Refused && all_digits && !is_number(part)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::weak_ordering compare_identifiers(std::string_view a, std::string_view b) noexcept {
  const bool a_number = is_number(a);
  const bool b_number = is_number(b);
  if (a_number != b_number) return a_number ? std::weak_ordering::less : std::weak_ordering::greater;
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace

std::optional<SemVer> SemVer::try_parse(std::string_view text) noexcept {
  if (text.empty() || text.size() > 256) return std::nullopt;
  SemVer version;
  version.text_ = text;
  std::string_view rest = text;
  if (rest.front() == 'v') rest.remove_prefix(1);
  if (const std::size_t plus = rest.find('+'); plus != std::string_view::npos) {
    version.build_ = rest.substr(plus + 1);
    if (!valid_identifiers(version.build_, LeadingZeros::Allowed)) return std::nullopt;
    rest = rest.substr(0, plus);
  }
  if (const std::size_t dash = rest.find('-'); dash != std::string_view::npos) {
    version.prerelease_ = rest.substr(dash + 1);
    if (!valid_identifiers(version.prerelease_, LeadingZeros::Refused)) return std::nullopt;
    rest = rest.substr(0, dash);
  }
  const std::size_t first = rest.find('.');
  const std::size_t second = first == std::string_view::npos ? first : rest.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto major = number(rest.substr(0, first));
  const auto minor = number(rest.substr(first + 1, second - first - 1));
  const auto patch = number(rest.substr(second + 1));
  if (!major || !minor || !patch) return std::nullopt;
  version.major_ = *major;
  version.minor_ = *minor;
  version.patch_ = *patch;
  return version;
}

SemVer SemVer::parse(std::string_view text) {
  std::optional<SemVer> version = try_parse(text);
  if (!version) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is not a semantic version: expected MAJOR.MINOR.PATCH", text.substr(0, 100)));
  }
  return *std::move(version);
}

std::weak_ordering SemVer::operator<=>(const SemVer& other) const noexcept {
  if (const auto order = major_ <=> other.major_; std::is_neq(order)) return order;
  if (const auto order = minor_ <=> other.minor_; std::is_neq(order)) return order;
  if (const auto order = patch_ <=> other.patch_; std::is_neq(order)) return order;
  if (prerelease_.empty() || other.prerelease_.empty()) return prerelease_.empty() <=> other.prerelease_.empty();
  std::string_view a = prerelease_;
  std::string_view b = other.prerelease_;
  while (!a.empty() && !b.empty()) {
    if (const auto order = compare_identifiers(take(a, '.'), take(b, '.')); std::is_neq(order)) return order;
  }
  return a.size() <=> b.size();
}

}  // namespace waybill
