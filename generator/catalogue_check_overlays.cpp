// What one overlay says by itself, and how overlays inherit from each other.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/catalogue_check_parts.h"
#include "generator/constraint_syntax.h"
#include "generator/duration.h"

namespace waybill {
namespace {

// Tags that are a branch, whose content changes: a name that says so, or one without any digit.
bool is_branch_like(std::string_view tag) noexcept {
  for (const std::string_view branch : {"main", "master", "HEAD", "develop", "trunk", "latest", "stable", "nightly"}) {
    if (tag == branch) return true;
  }
  return std::none_of(tag.begin(), tag.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Inheritance {
 public:
  explicit Inheritance(CatalogueCheck& check) : check_(check), tree_(check.tree) {
    for (std::size_t i = 0; i < tree_.size(); ++i) names_.push_back(tree_[i].name);
  }

  void run() {
    for (std::size_t i = 0; i < tree_.size(); ++i) {
      check_parent(i);
      check_words(tree_[i]);
    }
    check_circles();
    check_reach();
  }

 private:
  void check_parent(std::size_t index) {
    const Overlay& overlay = tree_[index];
    if (overlay.inherits_base_only() || tree_.parent(index) != OverlayTree::kNone) return;
    check_.findings.error(
        check_.places.spec(overlay, "base"), "unknown-base",
        fmt::format("the overlay '{}' is based on '{}', which does not exist", overlay.name, overlay.base),
        suggestion(overlay.base, names_));
  }

  // A word that is not built in is a slip or a new value; which of the two, only the author knows.
  void check_words(const Overlay& overlay) {
    if (!overlay.criteria) return;
    for (const Dimension dimension : kDimensions) {
      const std::string& word = (*overlay.criteria)[static_cast<std::size_t>(dimension)];
      const std::vector<std::string>& known = Criteria::built_in(dimension);
      if (word.empty() || word == kAny || std::find(known.begin(), known.end(), word) != known.end()) continue;
      if (Criteria::normalized(dimension, word) != word) continue;  // a slip of the pen, and told as one already
      const std::vector<std::pair<Dimension, std::string>>& meant = check_.options.new_values;
      if (std::find(meant.begin(), meant.end(), std::pair(dimension, word)) != meant.end()) continue;
      check_.findings.error(check_.places.spec(overlay, "criteria", to_string(dimension)), "bad-criterion",
                            fmt::format("'{}' is no known {}", word, to_string(dimension)),
                            fmt::format("{}; a new one is declared with --new-value {}={}", suggestion(word, known),
                                        to_string(dimension), word));
    }
  }

  void check_circles() {
    for (const std::vector<std::size_t>& circle : tree_.circles()) {
      std::string names;
      for (const std::size_t member : circle) names += tree_[member].name + " -> ";
      check_.findings.error(
          check_.places.spec(tree_[circle.front()], "base"), "circular-base",
          fmt::format("overlays are based on each other in a circle: {}{}", names, tree_[circle.front()].name),
          "base one of them on 'base'");
    }
  }

  void check_reach() {
    std::vector<bool> reached(tree_.size(), false);
    for (std::size_t i = 0; i < tree_.size(); ++i) {
      if (!tree_[i].criteria || !tree_.is_sound(i)) continue;
      for (std::size_t at = i; at != OverlayTree::kNone && !reached[at]; at = tree_.parent(at)) reached[at] = true;
    }
    for (std::size_t i = 0; i < tree_.size(); ++i) {
      if (reached[i] || !tree_.is_sound(i)) continue;
      check_.findings.error(
          check_.places.spec(tree_[i], "criteria"), "unreachable-overlay",
          fmt::format("the overlay '{}' is never applied: it has no criteria, and no overlay with criteria is based on "
                      "it",
                      tree_[i].name),
          "give it criteria ('criteria: {}' matches every query), or base another overlay on it");
    }
  }

  CatalogueCheck& check_;
  const OverlayTree& tree_;
  std::vector<std::string> names_;
};

class Fields {
 public:
  explicit Fields(CatalogueCheck& check) : check_(check) {
    for (const LayeredFiles::File& file : check.files.all()) {
      if (file.topmost && is_component_file(file.path)) component_files_.push_back(file.path);
    }
  }

  void check(const Overlay& overlay) {
    for (const Constraint& constraint : overlay.constraints) check_constraint(overlay, constraint);
    for (const ComponentRef& component : overlay.components) check_component(overlay, component);
    if (!overlay.validation) return;
    for (const auto& [name, member] : kValidationPhases) {
      if (const auto& phase = (*overlay.validation).*member) check_phase(overlay, name, *phase);
    }
  }

 private:
  void check_constraint(const Overlay& overlay, const Constraint& constraint) {
    if (!constraint.name.empty()) {
      tell_problem([&] { static_cast<void>(parse_constraint_path(constraint.name)); }, "bad-constraint",
                   [&] { return check_.places.constraint(overlay, constraint.name, "name"); });
    }
    if (!constraint.value.empty()) {
      tell_problem([&] { static_cast<void>(parse_constraint_expression(constraint.value)); }, "bad-constraint",
                   [&] { return check_.places.constraint(overlay, constraint.name, "value"); });
    }
  }

  void check_phase(const Overlay& overlay, std::string_view name, const ValidationPhase& phase) {
    if (!phase.timeout.empty()) {
      tell_problem([&] { static_cast<void>(parse_duration(phase.timeout)); }, "bad-duration",
                   [&] { return check_.places.phase(overlay, name, "timeout"); });
    }
    // Their names belong to the validators; what is expected is written as everywhere.
    for (const Constraint& constraint : phase.constraints) {
      if (constraint.value.empty()) continue;
      tell_problem([&] { static_cast<void>(parse_constraint_expression(constraint.value)); }, "bad-constraint",
                   [&] { return check_.places.phase(overlay, name, "constraints", constraint.name); });
    }
  }

  void check_component(const Overlay& overlay, const ComponentRef& component) {
    check_file(overlay, component, "valuesFile", component.values_file);
    for (const std::string& path : component.manifest_files) check_file(overlay, component, "manifestFiles", path);
    for (const std::string& dependency : component.dependency_refs) check_dependency(overlay, component, dependency);
    if (!component.tag.empty() && is_branch_like(component.tag)) {
      check_.findings.error(
          check_.places.component(overlay, component.name, "tag"), "version-not-pinned",
          fmt::format("the tag '{}' of '{}' looks like a branch, whose content changes", component.tag, component.name),
          "name a tag or a commit");
    }
  }

  // Of a dependency that some overlay names, the recipes tell whether they have it.
  void check_dependency(const Overlay& overlay, const ComponentRef& component, const std::string& dependency) {
    if (std::binary_search(check_.components.begin(), check_.components.end(), dependency)) return;
    check_.findings.error(check_.places.component(overlay, component.name, "dependencyRefs", dependency),
                          "unknown-dependency",
                          fmt::format("'{}' depends on '{}', which no overlay names", component.name, dependency),
                          suggestion(dependency, check_.components));
  }

  void check_file(const Overlay& overlay, const ComponentRef& component, std::string_view field,
                  const std::string& path) {
    if (path.empty() || check_.files.find(path) != nullptr) return;
    const std::string near = nearest(path, component_files_);
    check_.findings.error(
        check_.places.component(overlay, component.name, field, path), "missing-file",
        fmt::format("the file '{}' of '{}' does not exist", path, component.name),
        near.empty() ? "paths begin at the top of the catalogue" : fmt::format("did you mean '{}'?", near));
  }

  template <typename Parse, typename Place>
  void tell_problem(Parse parse, std::string_view rule, Place place) {
    try {
      parse();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      check_.findings.error(place(), std::string(rule), error.message(), error.hint());
    }
  }

  CatalogueCheck& check_;
  std::vector<std::string> component_files_;
};

}  // namespace

void check_inheritance(CatalogueCheck& check) { Inheritance(check).run(); }

void check_overlay_fields(CatalogueCheck& check) {
  Fields fields(check);
  fields.check(check.content.base);
  for (const Overlay& overlay : check.content.overlays) fields.check(overlay);
}

}  // namespace waybill
