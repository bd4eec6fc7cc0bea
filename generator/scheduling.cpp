#include "generator/scheduling.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill {
namespace {

constexpr std::string_view kLabelForm = "the form is key=value, as in node-group=system";
constexpr std::string_view kTolerationForm =
    "the form is key=value:Effect or key:Effect, as in nvidia.com/gpu:NoSchedule";

// kubernetes/apimachinery, util/validation: IsValidLabelValue, without the length, and the name of IsQualifiedName.
bool is_label_text(std::string_view text) noexcept {
  constexpr std::size_t kLongest = 63;
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !text.empty() && text.size() <= kLongest && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

// The same, IsDNS1123Subdomain.
bool is_subdomain(std::string_view text) noexcept {
  constexpr std::size_t kLongest = 253;
  if (text.size() > kLongest) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    const auto is_inside = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'; };
    if (label.empty() || label.front() == '-' || label.back() == '-' || !std::ranges::all_of(label, is_inside))
      return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// IsQualifiedName: [prefix/]name.
bool is_label_key(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_label_text(text);
  return is_subdomain(text.substr(0, slash)) && is_label_text(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) noexcept { return text.empty() || is_label_text(text); }

// One word of one of the flags, with what is said when it is wrong.
struct Word {
  std::string_view text;
  std::string_view flag;
  std::string_view form;

  [[noreturn]] void fail(std::string_view reason, std::string hint = {}) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no value of {}: {}", text, flag, reason))
        .hint(hint.empty() ? std::string(form) : std::move(hint));
  }
  void check_key(std::string_view key) const {
    if (!is_label_key(key)) fail(key.empty() ? "the key is empty" : fmt::format("Kubernetes takes no key '{}'", key));
  }
  void check_value(std::string_view value) const {
    if (!is_label_value(value)) fail(fmt::format("Kubernetes takes no value '{}'", value));
  }
};

std::vector<Word> split(const std::vector<std::string>& texts, std::string_view flag, std::string_view form) {
  std::vector<Word> words;
  for (std::string_view text : texts) {
    for (bool more = true; more;) {
      const std::size_t comma = text.find(',');
      more = comma != std::string_view::npos;
      words.push_back({text.substr(0, comma), flag, form});
      if (words.back().text.empty()) words.back().fail("it is empty");
      if (more) text.remove_prefix(comma + 1);
    }
  }
  return words;
}

Taint read_taint(const Word& word) {
  const std::size_t colon = word.text.find(':');
  if (colon == std::string_view::npos) word.fail("it has no effect");
  if (word.text.find(':', colon + 1) != std::string_view::npos) word.fail("it has two colons");
  const std::string_view name = word.text.substr(0, colon);
  const std::size_t equals = std::min(name.find('='), name.size());
  Taint taint{std::string(name.substr(0, equals)), std::string(name.substr(std::min(equals + 1, name.size()))),
              std::string(word.text.substr(colon + 1))};
  static const std::vector<std::string> kEffects{"NoSchedule", "PreferNoSchedule", "NoExecute"};
  if (std::ranges::find(kEffects, taint.effect) == kEffects.end())
    word.fail(fmt::format("there is no effect '{}'", taint.effect), suggestion(taint.effect, kEffects));
  if (!taint.key.empty() || !taint.value.empty() || equals < name.size()) word.check_key(taint.key);
  word.check_value(taint.value);
  return taint;
}

Value to_value(const Labels& labels) {
  Value value = Value::map();
  for (const auto& [key, label] : labels) value.set(key, label);
  return value;
}

Value to_value(const std::vector<Taint>& tolerations) {
  Value value = Value::list();
  for (const Taint& taint : tolerations) value.push_back(taint.toleration());
  return value;
}

// One flag's value and the paths that it is written to.
struct Assignment {
  std::string_view flag;
  bool is_given;
  Value value;
  std::vector<const std::vector<std::string>*> paths;
};

std::array<Assignment, 7> assignments(const Scheduling& s, const RegistryEntry& entry) {
  return {
      {{kSystemSelectorFlag, !s.system_selector.empty(), to_value(s.system_selector), {&entry.system.node_selectors}},
       {kSystemTolerationFlag,
        !s.system_tolerations.empty(),
        to_value(s.system_tolerations),
        {&entry.system.tolerations}},
       {kAcceleratedSelectorFlag,
        !s.accelerated_selector.empty(),
        to_value(s.accelerated_selector),
        {&entry.accelerated.node_selectors}},
       {kAcceleratedTolerationFlag,
        !s.accelerated_tolerations.empty(),
        to_value(s.accelerated_tolerations),
        {&entry.accelerated.tolerations}},
       {kWorkloadSelectorFlag,
        !s.workload_selector.empty(),
        to_value(s.workload_selector),
        {&entry.workload_selector_paths}},
       {kWorkloadGateFlag,
        s.workload_gate.has_value(),
        s.workload_gate ? Value(s.workload_gate->text()) : Value(),
        {&entry.system.taint_strings, &entry.accelerated.taint_strings}},
       {kNodesFlag, s.nodes != 0, s.nodes, {&entry.node_count_paths}}}};
}

bool has(const std::vector<std::string>& paths, const std::string& path) {
  return std::ranges::find(paths, path) != paths.end();
}

// Whether pods of both classes take their tolerations from this path: they run on the nodes of both.
bool is_shared(const Scheduling& s, const RegistryEntry& entry, const std::string& path) {
  return !s.system_tolerations.empty() && !s.accelerated_tolerations.empty() && has(entry.system.tolerations, path) &&
         has(entry.accelerated.tolerations, path);
}

std::vector<Taint> tolerations_of_both(const Scheduling& s) {
  std::vector<Taint> both = s.system_tolerations;
  for (const Taint& taint : s.accelerated_tolerations) {
    if (std::ranges::find(both, taint) == both.end()) both.push_back(taint);
  }
  return both;
}

}  // namespace

std::string Taint::text() const {
  return value.empty() ? fmt::format("{}:{}", key, effect) : fmt::format("{}={}:{}", key, value, effect);
}

Value Taint::toleration() const {
  Value toleration = Value::map();
  if (!key.empty()) toleration.set("key", key);
  toleration.set("operator", value.empty() ? "Exists" : "Equal");
  if (!value.empty()) toleration.set("value", value);
  toleration.set("effect", effect);
  return toleration;
}

Labels parse_labels(const std::vector<std::string>& texts, std::string_view flag) {
  Labels labels;
  for (const Word& word : split(texts, flag, kLabelForm)) {
    const std::size_t equals = word.text.find('=');
    if (equals == std::string_view::npos) word.fail("it has no '='");
    const std::string_view key = word.text.substr(0, equals);
    const std::string_view value = word.text.substr(equals + 1);
    word.check_key(key);
    word.check_value(value);
    const auto [label, added] = labels.try_emplace(std::string(key), value);
    if (!added && label->second != value)
      word.fail(fmt::format("'{}' is '{}' already", key, label->second),
                "a label has one value: leave one of them out");
  }
  return labels;
}

std::vector<Taint> parse_tolerations(const std::vector<std::string>& texts, std::string_view flag) {
  std::vector<Taint> tolerations;
  for (const Word& word : split(texts, flag, kTolerationForm)) tolerations.push_back(read_taint(word));
  return tolerations;
}

Taint parse_taint(std::string_view text, std::string_view flag) {
  const Word word{text, flag, kTolerationForm};
  Taint taint = read_taint(word);
  word.check_key(taint.key);
  return taint;
}

std::vector<ValueOverride> scheduling_overrides(const Scheduling& scheduling, const RegistryEntry& entry) {
  std::vector<ValueOverride> overrides;
  for (const Assignment& assignment : assignments(scheduling, entry)) {
    if (!assignment.is_given) continue;
    for (const std::vector<std::string>* paths : assignment.paths) {
      for (const std::string& path : *paths) {
        const bool is_of_both = is_shared(scheduling, entry, path);
        overrides.push_back(with_context([&] { return fmt::format("in the registry's entry of '{}'", entry.name); },
                                         [&] {
                                           return ValueOverride{entry.name, ValuePath::parse(path),
                                                                is_of_both ? to_value(tolerations_of_both(scheduling))
                                                                           : assignment.value,
                                                                assignment.flag};
                                         }));
      }
    }
  }
  return overrides;
}

std::vector<std::string_view> flags_of(const Scheduling& scheduling) {
  std::vector<std::string_view> flags;
  for (const Assignment& assignment : assignments(scheduling, {})) {
    if (assignment.is_given) flags.push_back(assignment.flag);
  }
  return flags;
}

}  // namespace waybill
