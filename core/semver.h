#pragma once
// Semantic versions (semver.org 2.0.0), with the leading "v" that charts and tags carry kept as written.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill {

class SemVer {
 public:
  // Throws InvalidInput unless the text is [v]MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD] by semver.org section 2 to 10.
  [[nodiscard]] static SemVer parse(std::string_view text);
  [[nodiscard]] static std::optional<SemVer> try_parse(std::string_view text) noexcept;

  [[nodiscard]] std::uint64_t major() const noexcept { return major_; }
  [[nodiscard]] std::uint64_t minor() const noexcept { return minor_; }
  [[nodiscard]] std::uint64_t patch() const noexcept { return patch_; }
  [[nodiscard]] const std::string& prerelease() const noexcept { return prerelease_; }
  [[nodiscard]] const std::string& build() const noexcept { return build_; }
  // As it was written.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  // Precedence (section 11): the leading "v" and the build metadata do not count.
  [[nodiscard]] std::weak_ordering operator<=>(const SemVer& other) const noexcept;
  [[nodiscard]] bool operator==(const SemVer& other) const noexcept { return std::is_eq(*this <=> other); }

 private:
  SemVer() = default;
  std::string text_;
  std::uint64_t major_ = 0;
  std::uint64_t minor_ = 0;
  std::uint64_t patch_ = 0;
  std::string prerelease_;
  std::string build_;
};

}  // namespace waybill
