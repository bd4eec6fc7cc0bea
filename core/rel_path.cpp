#include "core/rel_path.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/error.h"

namespace waybill {
namespace {

constexpr std::size_t kLongestPath = 1024;
constexpr std::size_t kLongestSegment = 255;

bool is_clean(std::string_view text) noexcept {
  if (text.empty() || text.size() > kLongestPath || !is_utf8(text)) return false;
  std::size_t start = 0;
  while (true) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view segment = text.substr(start, end - start);
    if (segment.empty() || segment == "." || segment == ".." || segment.size() > kLongestSegment) return false;
    for (const char c : segment) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return false;
    }
    if (end == text.size()) return true;
    start = end + 1;
  }
}

}  // namespace

std::optional<RelPath> RelPath::try_parse(std::string_view text) noexcept {
  if (!is_clean(text)) return std::nullopt;
  return RelPath(text);
}

RelPath RelPath::parse(std::string_view text) {
  if (!is_clean(text)) {
    throw Error(
        ErrorCode::InvalidInput,
        fmt::format(
            "'{}' is not a clean relative path: no leading or doubled '/', no '.' or '..', no control characters",
            text.substr(0, 200)));
  }
  return RelPath(text);
}

std::string_view RelPath::file_name() const noexcept {
  const std::string_view text = text_;
  const std::size_t slash = text.rfind('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

std::string_view RelPath::parent() const noexcept {
  const std::string_view text = text_;
  const std::size_t slash = text.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : text.substr(0, slash);
}

RelPath RelPath::operator/(std::string_view segment) const { return parse(text_ + "/" + std::string(segment)); }

bool RelPath::is_within(const RelPath& folder) const noexcept {
  if (text_ == folder.text_) return true;
  return text_.size() > folder.text_.size() && text_.starts_with(folder.text_) && text_[folder.text_.size()] == '/';
}

}  // namespace waybill
