#include "generator/component_traits.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& component) noexcept : component_(component) {}

  [[noreturn]] void fail(std::string_view field, std::string_view reason, std::string hint = {}) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("component '{}': argocd.{} {}", component_, field, reason))
        .hint(std::move(hint));
  }

  [[nodiscard]] Value labels(const Value& value) const {
    if (!value.is_map()) fail("namespaceLabels", "is no mapping");
    for (const Value::Member& member : value.members()) {
      if (!member.value.is_string())
        fail("namespaceLabels", fmt::format("has a value that is no text: '{}'", member.key), "quote it");
    }
    return sorted(value);
  }

  [[nodiscard]] GroupKinds kinds(const Value& value) const {
    if (!value.is_list()) fail("clusterResources", "is no list");
    GroupKinds kinds;
    for (const Value& item : value.items()) {
      const GroupKind kind{item.text_or("group", ""), item.text_or("kind", "")};
      const bool complete =
          item.is_map() && !kind.kind.empty() && item.members().size() == (item.find("group") == nullptr ? 1U : 2U);
      if (!complete) fail("clusterResources", "has an entry that is not {group, kind}");
      kinds.insert(kind);
    }
    return kinds;
  }

  [[nodiscard]] std::set<std::string> namespaces(const Value& value) const {
    if (!value.is_list()) fail("namespaces", "is no list");
    std::set<std::string> names;
    for (const Value& item : value.items()) {
      if (!item.is_string() || item.as_string().empty()) fail("namespaces", "has an entry that is no name");
      names.insert(item.as_string());
    }
    return names;
  }

  [[nodiscard]] Value differences(const Value& value) const {
    static constexpr std::array<std::string_view, 7> kFields{
        "group", "kind", "name", "namespace", "jsonPointers", "jqPathExpressions", "managedFieldsManagers"};
    if (!value.is_list()) fail("ignoreDifferences", "is no list");
    for (const Value& item : value.items()) {
      if (item.text_or("kind", "").empty()) fail("ignoreDifferences", "has an entry without a kind");
      for (const Value::Member& member : item.members()) {
        if (std::find(kFields.begin(), kFields.end(), member.key) == kFields.end()) {
          fail("ignoreDifferences", fmt::format("has an entry with the unknown field '{}'", member.key),
               suggestion(member.key, {kFields.begin(), kFields.end()}));
        }
      }
    }
    return value;
  }

  [[nodiscard]] ManifestPlacement placement(const Value& value) const {
    const std::string word = value.is_string() ? value.as_string() : "";
    if (word == "before") return ManifestPlacement::Before;
    if (word == "with") return ManifestPlacement::With;
    if (word == "after") return ManifestPlacement::After;
    fail("manifests", "is none of before, with, after");
  }

  [[nodiscard]] bool native(const Value& value) const {
    if (value.is_string() && value.as_string() == "native") return true;
    if (value.is_string() && value.as_string() == "helm") return false;
    fail("source", "is none of helm, native");
  }

  [[nodiscard]] Value links(const Value& value) const {
    if (!value.is_map()) fail("links", "is no mapping");
    for (const Value::Member& member : value.members()) {
      const bool is_word = !member.key.empty() && std::all_of(member.key.begin(), member.key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
      if (!is_word || member.key.front() == '-' || member.key.back() == '-' || member.key == "source")
        fail("links", fmt::format("has the name '{}'", member.key),
             "use small letters, digits and '-'; 'source' is taken");
      // A browser opens it: no other scheme, no quotes.
      const std::string address = member.value.is_string() ? member.value.as_string() : "";
      if (!address.starts_with("https://") || address.find_first_of(" \"'<>\\`\n\r\t") != std::string::npos)
        fail("links", fmt::format("has '{}', which is no https:// address", member.key));
    }
    return sorted(value);
  }

 private:
  const std::string& component_;
};

}  // namespace

ComponentTraits read_traits(const Release& release) {
  ComponentTraits traits;
  if (release.registry == nullptr || release.registry->argocd.is_null()) return traits;
  const Reader reader(release.component.name);
  const Value& section = release.registry->argocd;
  if (!section.is_map()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("component '{}': argocd is no mapping", release.component.name));
  }
  traits.namespaces.emplace();  // a section that names no further namespaces means that there are none
  for (const auto& [key, value] : section.members()) {
    if (key == "namespaceLabels") {
      traits.namespace_labels = reader.labels(value);
    } else if (key == "clusterResources") {
      traits.cluster_resources = reader.kinds(value);
    } else if (key == "namespaces") {
      traits.namespaces = reader.namespaces(value);
    } else if (key == "ignoreDifferences") {
      traits.ignore_differences = reader.differences(value);
    } else if (key == "manifests") {
      traits.manifests = reader.placement(value);
    } else if (key == "source") {
      traits.native_source = reader.native(value);
    } else if (key == "links") {
      traits.links = reader.links(value);
    } else {
      reader.fail(key, "is unknown",
                  suggestion(key, {"namespaceLabels", "clusterResources", "namespaces", "ignoreDifferences",
                                   "manifests", "source", "links"}));
    }
  }
  return traits;
}

std::map<std::string, Value> labels_by_namespace(const Plan& plan,
                                                 const std::map<std::string, ComponentTraits>& traits) {
  std::map<std::string, Value> result;
  for (const Release& release : plan.releases) {
    const std::string& name_space = release.component.name_space;
    const Value& wanted = traits.at(release.component.name).namespace_labels;
    if (name_space.empty() || wanted.members().empty()) continue;
    Value& labels = result.try_emplace(name_space, Value::map()).first->second;
    for (const auto& [label, value] : wanted.members()) {
      const Value* known = labels.find(label);
      if (known != nullptr && *known != value) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("component '{}' asks for '{}={}' on namespace '{}', another component for '{}'",
                                release.component.name, label, value.as_string(), name_space, known->as_string()));
      }
      labels.set(label, value);
    }
  }
  for (auto& [name_space, labels] : result) labels = sorted(labels);
  return result;
}

}  // namespace waybill
