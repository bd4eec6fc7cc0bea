#include "app/workflow/recipe_operand.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    parts.emplace_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

bool is_criteria(std::string_view text) {
  const std::size_t sign = text.find('=');
  return sign != std::string_view::npos && sign != 0 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(sign),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

std::int64_t parse_nodes(const std::string& word) {
  std::int64_t nodes = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), nodes);
  if (problem != std::errc{} || end != word.data() + word.size())
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no number of nodes", word))
        .hint("expected a whole number");
  return nodes;
}

void read_criteria(std::string_view text, CriteriaWords& words) {
  std::set<std::string> seen;
  for (const std::string& pair : split(text, ',')) {
    const std::size_t sign = pair.find('=');
    if (sign == std::string::npos || sign + 1 == pair.size()) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no criterion", pair))
          .hint("write key=value, and a comma before the next, as in service=eks,intent=training");
    }
    const std::string typed = pair.substr(0, sign);
    const std::string key = typed == "gpu" ? std::string(to_string(Dimension::Accelerator)) : typed;
    if (!seen.insert(key).second)
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is given more than once in '{}'", typed, text));
    const auto dimension =
        std::find_if(kDimensions.begin(), kDimensions.end(), [&](Dimension one) { return to_string(one) == key; });
    if (key == "nodes") {
      words.nodes = parse_nodes(pair.substr(sign + 1));
    } else if (dimension != kDimensions.end()) {
      words.of(*dimension) = pair.substr(sign + 1);
    } else {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no criterion", typed))
          .hint(suggestion(typed, {"service", "accelerator", "gpu", "intent", "os", "platform", "nodes"}));
    }
  }
}

}  // namespace

RecipeRequest parse_recipe_operand(std::string_view text, const CatalogueChoice& otherwise) {
  RecipeRequest request;
  request.catalogue = otherwise;
  std::vector<std::string> parts = split(text, '@');
  std::error_code ignored;
  if (!is_criteria(text) && parts.size() > 1 && std::filesystem::exists(std::string(text), ignored))
    parts = {std::string(text)};
  if (parts.front().empty())
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names no recipe", text))
        .hint("write a recipe file, or criteria such as service=eks,intent=training");
  if (is_criteria(text)) {
    read_criteria(parts.front(), request.words);
  } else {
    request.recipe_file = parts.front();
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].empty() && (i != 1 || parts.size() == 2))
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names no folder after '@'", text));
    if (i == 1) {
      if (!parts[i].empty()) request.catalogue.folder = parts[i];
    } else {
      request.catalogue.data.push_back(parts[i]);
    }
  }
  return request;
}

}  // namespace waybill
