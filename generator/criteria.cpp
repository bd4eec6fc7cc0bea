#include "generator/criteria.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill {
namespace {

using Alias = std::pair<std::string_view, std::string_view>;

// Words that stand for a value (spec: recipe-engine 3.1).
std::vector<Alias> aliases(Dimension dimension) {
  switch (dimension) {
    case Dimension::Service:
      return {{"self-managed", kAny}, {"self", kAny}, {"vanilla", kAny}};
    case Dimension::Os:
      return {{"al2", "amazonlinux"}, {"al2023", "amazonlinux"}};
    case Dimension::Accelerator:
    case Dimension::Intent:
    case Dimension::Platform:
      return {};
  }
  return {};
}

std::string trimmed_lower(std::string_view word) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const std::size_t first = word.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  std::string text(word.substr(first, word.find_last_not_of(kBlank) - first + 1));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::string_view to_string(Dimension dimension) noexcept {
  switch (dimension) {
    case Dimension::Service:
      return "service";
    case Dimension::Accelerator:
      return "accelerator";
    case Dimension::Intent:
      return "intent";
    case Dimension::Os:
      return "os";
    case Dimension::Platform:
      return "platform";
  }
  return "";
}

const std::vector<std::string>& Criteria::built_in(Dimension dimension) {
  static const std::array<std::vector<std::string>, kDimensions.size()> kValues{{
      {"eks", "gke", "aks", "oke", "kind"},
      {"h100", "gb200", "b200", "a100", "l40"},
      {"training", "inference"},
      {"ubuntu", "rhel", "cos", "amazonlinux"},
      {"dynamo", "kubeflow"},
  }};
  return kValues.at(static_cast<std::size_t>(dimension));
}

std::string Criteria::normalized(Dimension dimension, std::string_view word) {
  std::string text = trimmed_lower(word);
  if (text.empty()) return std::string(kAny);
  for (const auto& [alias, meaning] : aliases(dimension)) {
    if (text == alias) return std::string(meaning);
  }
  return text;
}

Criteria::Criteria() { values_.fill(std::string(kAny)); }

void Criteria::set(Dimension dimension, std::string_view word, const std::vector<std::string>& known) {
  std::string value = normalized(dimension, word);
  std::vector<std::string> candidates = built_in(dimension);
  for (const std::string& extra : known) {
    if (std::find(candidates.begin(), candidates.end(), extra) == candidates.end()) candidates.push_back(extra);
  }
  candidates.emplace_back(kAny);
  if (std::find(candidates.begin(), candidates.end(), value) == candidates.end()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a known {}", value, to_string(dimension)))
        .hint(suggestion(value, candidates));
  }
  values_.at(static_cast<std::size_t>(dimension)) = std::move(value);
}

void Criteria::set_nodes(std::int64_t nodes) {
  if (nodes < 0) {
    throw Error(ErrorCode::InvalidInput, fmt::format("the number of nodes cannot be negative: {}", nodes))
        .hint("leave it out, or write 0, for any number");
  }
  nodes_ = nodes;
}

bool Criteria::all_any() const noexcept {
  return nodes_ == 0 && std::all_of(kDimensions.begin(), kDimensions.end(), [this](Dimension d) { return is_any(d); });
}

Value Criteria::to_value() const {
  Value value = Value::map();
  for (const Dimension dimension : kDimensions) value.set(to_string(dimension), get(dimension));
  if (nodes_ != 0) value.set("nodes", nodes_);
  return value;
}

}  // namespace waybill
