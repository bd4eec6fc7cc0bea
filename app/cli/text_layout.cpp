#include "app/cli/text_layout.h"

#include <fmt/core.h>

#include <algorithm>

#include "app/cli/printable.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

bool begins_code_point(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

}  // namespace

std::string styled(std::string_view text, Style style, bool color) {
  constexpr std::string_view kCodes[] = {"", "1", "2", "31", "32", "33"};
  if (!color || style == Style::Plain || text.empty()) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", kCodes[static_cast<std::size_t>(style)], text);
}

std::size_t width(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

std::string columns(const Rows& rows, std::size_t widest) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      if (width(row[i]) <= widest) widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - std::min(widths[i], width(row[i])) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string columns(const Rows& rows, const std::vector<Style>& styles, bool color) {
  const std::string plain = columns(rows);
  std::string text;
  std::size_t at = 0;
  for (const Style style : styles) {
    const std::size_t end = plain.find('\n', at);
    text += styled(std::string_view(plain).substr(at, end - at), style, color) + "\n";
    at = end + 1;
  }
  return text;
}

std::string readable_path(std::string_view path) {
  const std::size_t end = path.find("\"]");
  if (!path.starts_with("[\"") || end == std::string_view::npos) return std::string(path);
  return fmt::format("{}{}", path.substr(2, end - 2), path.substr(end + 2));
}

std::string shortened(std::string_view text, std::size_t longest) {
  if (width(text) <= longest) return std::string(text);
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    if (begins_code_point(text[end]) && count++ == longest - 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text += fmt::format("{}{}", text.empty() ? "" : between, word);
  return text;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string human_size(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr std::string_view kUnits[] = {"kB", "MB", "GB", "TB"};
  double size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (size >= 999.95 && unit + 1 < std::size(kUnits)) {
    size /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string one_line(const Value& value, std::size_t longest) {
  std::string text = value.is_string() ? value.as_string() : json::write(value, json::HtmlEscape::No);
  if (value.is_string()) {
    const bool breaks =
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (breaks || text.empty() || text.front() == ' ' || text.back() == ' ')
      text = json::write(value, json::HtmlEscape::No);
  }
  return shortened(text, longest);
}

std::string catalogue_line(const CatalogueId& catalogue) {
  return fmt::format("catalogue {}{}", catalogue.version.empty() ? "without a version" : printable(catalogue.version),
                     catalogue.digest.empty() ? "" : fmt::format(" ({})", catalogue.digest));
}

}  // namespace waybill::cli
