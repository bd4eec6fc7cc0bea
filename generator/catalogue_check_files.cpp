// Files that nobody uses, value files that hold no values, documents that nobody reads.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"
#include "generator/catalogue_check_parts.h"
#include "generator/overlay_reader.h"
#include "generator/registry_reader.h"
#include "generator/validator_catalogue.h"

namespace waybill {
namespace {

std::string_view base_name(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

bool is_yaml(std::string_view path) noexcept { return path.ends_with(".yaml") || path.ends_with(".yml"); }

class Files {
 public:
  explicit Files(CatalogueCheck& check) : check_(check) {
    for_each_component([&](const ComponentRef& component) {
      components_.insert(component.name);
      if (component.values_file.empty()) return;
      use(component.values_file, values_);
      // The component's own file lies below whatever the overlay names (spec: recipe-engine 4.3).
      use(fmt::format("components/{}/values.yaml", component.name), values_);
    });
    for_each_component([&](const ComponentRef& component) {
      for (const std::string& path : component.manifest_files) use(path, used_);
      for (const std::string& path : component.patches) use(path, used_);
    });
    used_.insert(values_.begin(), values_.end());
    for (const RegistryEntry& entry : check.content.registry) use(entry.health_check_file, used_);
  }

  void run() {
    for (const LayeredFiles::File& file : check_.files.all()) {
      if (!file.topmost || is_hidden(file.path)) continue;
      if (is_component_file(file.path) || is_check_file(file.path)) {
        if (values_.contains(file.path)) check_values(file);
        if (!used_.contains(file.path) && is_yaml(file.path)) tell_unused(file);
      } else {
        check_document(file);
      }
    }
  }

 private:
  template <typename Body>
  void for_each_component(Body body) const {
    for (const ComponentRef& component : check_.content.base.components) body(component);
    for (const Overlay& overlay : check_.content.overlays) {
      for (const ComponentRef& component : overlay.components) body(component);
    }
  }

  void use(const std::string& path, std::set<std::string, std::less<>>& paths) const {
    if (const LayeredFiles::File* file = check_.files.find(path)) paths.insert(file->path);
  }

  void check_values(const LayeredFiles::File& file) {
    const std::string name = check_.files.display_name(file);
    try {
      const std::vector<yaml::Node> documents = yaml::parse_all(check_.files.read(file), name);
      if (documents.empty()) return;
      const yaml::Node& root = documents.front();
      if (root.kind != yaml::Kind::Map && !root.is_null()) {
        check_.findings.error({name, root.line, root.column}, "bad-values-file",
                              "a value file is a mapping of names to values",
                              "this one holds a list or a single value");
      }
      tell_further_documents(name, documents);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      check_.findings.error(error.location().value_or(SourceLocation{name, 1, 1}), "bad-values-file", error.message(),
                            error.hint());
    }
  }

  void tell_further_documents(const std::string& name, const std::vector<yaml::Node>& documents) {
    if (documents.size() < 2) return;
    check_.findings.warning({name, documents[1].line, documents[1].column}, "more-documents",
                            "only the first document of a file is read", "put the second one into a file of its own");
  }

  void tell_unused(const LayeredFiles::File& file) {
    const std::string name = check_.files.display_name(file);
    std::string hint = "name it in an overlay, or remove it";
    if (base_name(file.path) == "values.yaml" && is_component_file(file.path)) {
      const std::string_view folder = std::string_view(file.path).substr(0, file.path.rfind('/'));
      const std::string component(base_name(folder));
      const std::vector<std::string> names(components_.begin(), components_.end());
      hint = components_.contains(component)
                 ? fmt::format("it counts only if an overlay gives '{}' a valuesFile", component)
                 : suggestion(component, names, 0);
    }
    check_.findings.warning({name, 1, 1}, "unused-file", "nothing uses this file", std::move(hint));
  }

  void check_document(const LayeredFiles::File& file) {
    if (file.path == kValidatorCatalogueFile) return;
    const std::string name = check_.files.display_name(file);
    if (file.path.ends_with(".yml")) {
      check_.findings.warning({name, 1, 1}, "unread-file", "files that end in .yml are not read",
                              "call it .yaml if it is meant to be an overlay");
      return;
    }
    if (!is_yaml(file.path)) return;
    std::vector<yaml::Node> documents;
    try {
      documents = yaml::parse_all(check_.files.read(file), name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      return;  // the loader tells, if the first document is what is wrong
    }
    tell_further_documents(name, documents);
    if (file.path == kRegistryFile || documents.empty()) return;
    check_kind(file, documents.front(), name);
  }

  // The loader reads overlays and the catalogue's description, and tells of kinds that look like a slip.
  void check_kind(const LayeredFiles::File& file, const yaml::Node& root, const std::string& name) {
    if (base_name(file.path) == kRegistryFile || base_name(file.path) == "data-v1.yaml") {
      check_.findings.warning({name, root.line, root.column}, "unread-file",
                              "a registry is read only at the top of a catalogue", "move it there, or remove it");
      return;
    }
    const yaml::Node* kind = root.kind == yaml::Kind::Map ? root.find("kind") : nullptr;
    if (kind == nullptr || kind->text.empty() || kind->text == kOverlayKind || file.path == kCatalogueInfoFile) return;
    if (!nearest(kind->text, std::vector<std::string>{std::string(kOverlayKind)}).empty()) return;
    check_.findings.warning({name, kind->line, kind->column}, "unread-file",
                            fmt::format("a file of kind '{}' is not read", kind->text),
                            fmt::format("overlays have the kind '{}'", kOverlayKind));
  }

  CatalogueCheck& check_;
  std::set<std::string, std::less<>> components_;
  std::set<std::string, std::less<>> values_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace

void check_files(CatalogueCheck& check) { Files(check).run(); }

}  // namespace waybill
