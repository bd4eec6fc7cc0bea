#include "helm/namespaces.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"
#include "generator/field_rules.h"
#include "helm/step.h"

namespace waybill::helm {
namespace {

bool is_there_already(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames{"default", "kube-node-lease", "kube-public", "kube-system"};
  return std::ranges::find(kNames, name) != kNames.end();
}

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
// 1 to 63 of [A-Za-z0-9._-], beginning and ending with a letter or digit.
bool is_label_word(std::string_view text) {
  constexpr std::size_t kLongest = 63;
  return !text.empty() && text.size() <= kLongest && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}
// A name, with the prefix of its owner before a '/'.
bool is_label_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_label_word(text);
  const std::string_view prefix = text.substr(0, slash);
  const bool is_domain = is_label_word(prefix) && std::ranges::all_of(prefix, [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
                         });
  return is_domain && is_label_word(text.substr(slash + 1));
}

void check_labels(const std::string& name_space, const Value& labels) {
  for (const auto& [key, value] : labels.members()) {
    const bool holds =
        is_label_key(key) && value.is_string() && (value.as_string().empty() || is_label_word(value.as_string()));
    if (!holds) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("namespace '{}': the label '{}' is none that Kubernetes takes", name_space, key));
    }
  }
}

}  // namespace

std::map<std::string, Value> bundle_namespaces(const Plan& plan, const std::map<std::string, ComponentTraits>& traits,
                                               const std::map<std::string, LocalCharts>& charts) {
  std::map<std::string, Value> result = labels_by_namespace(plan, traits);
  for (const Release& release : plan.releases) {
    const std::string name = namespace_of(release);
    if (!is_there_already(name)) result.try_emplace(name, Value::map());
  }
  for (const auto& [component, local] : charts) {
    for (const auto& [name, labels] : local.namespaces) {
      if (!is_dns_label(name)) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("component '{}': '{}' cannot be a namespace's name", component, name));
      }
      Value& known = result.try_emplace(name, Value::map()).first->second;
      for (const auto& [key, value] : labels.members()) {
        if (const Value* other = known.find(key); other != nullptr && *other != value) {
          throw Error(ErrorCode::InvalidInput,
                      fmt::format("component '{}' gives the namespace '{}' another value of '{}' than is asked for",
                                  component, name, key));
        }
        known.set(key, value);
      }
      known = sorted(known);
    }
  }
  for (const auto& [name, labels] : result) check_labels(name, labels);
  return result;
}

std::string namespace_table(const std::map<std::string, Value>& namespaces) {
  std::string text = "# namespace\tlabels\n";
  for (const auto& [name, labels] : namespaces) {
    std::string words;
    for (const auto& [key, value] : labels.members())
      words += fmt::format("{}{}={}", words.empty() ? "" : ",", key, value.as_string());
    text += fmt::format("{}\t{}\n", name, words.empty() ? "-" : words);
  }
  return text;
}

}  // namespace waybill::helm
