// The registry beyond what its reader asks for: names for people, paths that values can have, conditions and functions
// that exist, and entries that somebody uses.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"
#include "generator/catalogue_check_parts.h"
#include "generator/registry_reader.h"

namespace waybill {
namespace {

// The functions that bundling knows (spec: recipe-engine D.2).
const std::vector<std::string>& functions() {
  static const std::vector<std::string> kFunctions{"CheckWorkloadSelectorMissing", "CheckAcceleratedSelectorMissing"};
  return kFunctions;
}

const std::vector<std::string>& dimension_names() {
  static const std::vector<std::string> kNames{"service", "accelerator", "intent", "os", "platform"};
  return kNames;
}

// Keys separated by dots, without the marks of lists and wildcards that other tools know.
bool is_value_path(std::string_view path) noexcept {
  if (path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != std::string_view::npos)
    return false;
  return path.find_first_of(" \t[]*'\"\\{}$") == std::string_view::npos;
}

class Registry {
 public:
  explicit Registry(CatalogueCheck& check) : check_(check) {
    const auto use = [&](const Overlay& overlay) {
      for (const ComponentRef& component : overlay.components) used_.insert(component.name);
    };
    use(check.content.base);
    for (const Overlay& overlay : check.content.overlays) use(overlay);
  }

  void run() {
    for (const LayeredFiles::File& file : check_.files.all()) {
      if (file.path != kRegistryFile) continue;
      file_ = check_.files.display_name(file);
      if (const std::vector<yaml::Node> documents = parse(file); !documents.empty()) check_document(documents.front());
    }
    for (const RegistryEntry& entry : check_.content.registry) {
      check_names(entry);
      if (!used_.contains(entry.name))
        check_.findings.warning(check_.places.registry_entry(entry.mark), "unused-component",
                                fmt::format("no overlay uses the component '{}'", entry.name),
                                suggestion(entry.name, {used_.begin(), used_.end()}, 0));
    }
  }

 private:
  using Node = yaml::Node;

  [[nodiscard]] std::vector<Node> parse(const LayeredFiles::File& file) const {
    try {
      return yaml::parse_all(check_.files.read(file), file_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      return {};  // the loader tells
    }
  }

  void error(const Node& node, std::string rule, std::string message, std::string hint) {
    check_.findings.error({file_, node.line, node.column}, std::move(rule), std::move(message), std::move(hint));
  }

  // A mapping's field of that kind; other kinds are the reader's complaint.
  [[nodiscard]] static const Node* field(const Node* map, std::string_view name, yaml::Kind kind) {
    const Node* node = map == nullptr || map->kind != yaml::Kind::Map ? nullptr : map->find(name);
    return node == nullptr || node->kind != kind ? nullptr : node;
  }

  void check_document(const Node& root) {
    const Node* components = field(&root, "components", yaml::Kind::List);
    if (components == nullptr) return;
    for (const Node& entry : components->items) {
      if (entry.kind == yaml::Kind::Map) check_entry(entry);
    }
  }

  void check_entry(const Node& entry) {
    const Node* name = field(&entry, "name", yaml::Kind::Scalar);
    const Node* display_name = field(&entry, "displayName", yaml::Kind::Scalar);
    if (display_name == nullptr || display_name->text.empty()) {
      error(name == nullptr ? entry : *name, "missing-field", "'displayName' of the registry entry is missing",
            "the component's name for people");
    }
    const Node* scheduling = field(&entry, "nodeScheduling", yaml::Kind::Map);
    for (const std::string_view group : {"system", "accelerated"}) {
      const Node* paths = field(scheduling, group, yaml::Kind::Map);
      for (const std::string_view list : {"nodeSelectorPaths", "tolerationPaths", "taintPaths", "taintStrPaths"})
        check_paths(field(paths, list, yaml::Kind::List));
    }
    check_paths(field(scheduling, "nodeCountPaths", yaml::Kind::List));
    const Node* pods = field(&entry, "podScheduling", yaml::Kind::Map);
    check_paths(field(field(pods, "workload", yaml::Kind::Map), "workloadSelectorPaths", yaml::Kind::List));
    if (const Node* validations = field(&entry, "validations", yaml::Kind::List)) {
      for (const Node& validation : validations->items) {
        if (validation.kind == yaml::Kind::Map) check_validation(validation);
      }
    }
    const Node* file = field(field(&entry, "healthCheck", yaml::Kind::Map), "assertFile", yaml::Kind::Scalar);
    if (file != nullptr && !file->text.empty() && check_.files.find(file->text) == nullptr)
      error(*file, "missing-file", fmt::format("the file '{}' does not exist", file->text),
            "paths begin at the top of the catalogue");
  }

  void check_paths(const Node* list) {
    if (list == nullptr) return;
    std::set<std::string_view> seen;
    for (const Node& item : list->items) {
      if (item.kind != yaml::Kind::Scalar || item.is_null()) continue;
      if (!is_value_path(item.text)) {
        error(item, "bad-value-path", fmt::format("'{}' is no path to a value", item.text),
              "keys separated by dots, such as webhook.nodeSelector; no lists, no wildcards");
      } else if (!seen.insert(item.text).second) {
        error(item, "bad-value-path", fmt::format("the path '{}' appears twice", item.text), "remove one of them");
      }
    }
  }

  void check_validation(const Node& validation) {
    const Node* function = field(&validation, "function", yaml::Kind::Scalar);
    const std::vector<std::string>& known = functions();
    if (function != nullptr && !function->text.empty() &&
        std::find(known.begin(), known.end(), function->text) == known.end()) {
      error(*function, "unknown-function", fmt::format("there is no function '{}'", function->text),
            suggestion(function->text, known));
    }
    const Node* severity = field(&validation, "severity", yaml::Kind::Scalar);
    if (severity != nullptr && !severity->text.empty() && severity->text != "error" && severity->text != "warning") {
      error(*severity, "bad-value", fmt::format("'{}' is no severity", severity->text),
            suggestion(severity->text, {"error", "warning"}));
    }
    const Node* conditions = field(&validation, "conditions", yaml::Kind::Map);
    if (conditions == nullptr) return;
    for (const auto& [key, values] : conditions->members) check_condition(key, values);
  }

  void check_condition(const Node& key, const Node& values) {
    const std::vector<std::string>& names = dimension_names();
    const auto name = std::find(names.begin(), names.end(), key.text);
    if (name == names.end()) {
      return error(key, "bad-condition",
                   fmt::format("'{}' is no dimension of criteria: the condition never counts", key.text),
                   suggestion(key.text, names));
    }
    if (values.kind != yaml::Kind::List)
      return error(values, "bad-condition", fmt::format("the condition '{}' must be a list of values", key.text),
                   fmt::format("write {}: [{}]", key.text, values.text.empty() ? "…" : values.text));
    const Dimension dimension = kDimensions.at(static_cast<std::size_t>(name - names.begin()));
    const std::vector<std::string> words = words_of(dimension);
    for (const Node& value : values.items) {
      if (value.kind == yaml::Kind::Scalar && std::find(words.begin(), words.end(), value.text) == words.end())
        error(value, "bad-condition", fmt::format("'{}' is no known {}", value.text, key.text),
              suggestion(value.text, words));
    }
  }

  // What queries can ask for in a dimension.
  [[nodiscard]] std::vector<std::string> words_of(Dimension dimension) const {
    std::vector<std::string> words = Criteria::built_in(dimension);
    for (const Overlay& overlay : check_.content.overlays) {
      if (overlay.criteria) words.push_back((*overlay.criteria)[static_cast<std::size_t>(dimension)]);
    }
    words.emplace_back(kAny);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
  }

  // Names and keys within one file are the reader's business; entries of different layers meet here.
  void check_names(const RegistryEntry& entry) {
    std::set<std::string> words(entry.value_override_keys.begin(), entry.value_override_keys.end());
    words.insert(entry.name);
    for (const std::string& word : words) {
      const auto [owner, added] = owners_.try_emplace(word, &entry);
      if (added || owner->second->mark.source == entry.mark.source) continue;
      check_.findings.error(
          check_.places.registry_entry(entry.mark), "duplicate-name",
          fmt::format("'{}' names '{}' and '{}' of the registry", word, owner->second->name, entry.name),
          "override keys are unique among all components");
    }
  }

  CatalogueCheck& check_;
  std::string file_;
  std::set<std::string, std::less<>> used_;
  std::map<std::string, const RegistryEntry*, std::less<>> owners_;
};

}  // namespace

void check_registry(CatalogueCheck& check) { Registry(check).run(); }

}  // namespace waybill
