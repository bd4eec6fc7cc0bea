#include "generator/catalogue_loader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/dependency_graph.h"
#include "generator/field_rules.h"
#include "generator/overlay_reader.h"
#include "generator/registry_reader.h"

namespace waybill {
namespace {

constexpr std::string_view kInfoFile = "catalogue.yaml";
constexpr std::string_view kInfoKind = "CatalogueInfo";
constexpr std::string_view kUnversioned = "unversioned";

// What an overlay adds, which matters for those alone that match.
constexpr std::array<std::string_view, 3> kBodyFields{"constraints", "componentRefs", "validation"};

bool is_base_file(std::string_view path) noexcept {
  return path.find("overlays/") != std::string_view::npos && path.ends_with("/base.yaml");
}

// A stray file that says of itself neither what it is nor anything that an overlay says.
bool is_nobodys(const yaml::Node& root) noexcept {
  if (root.is_null()) return true;
  return root.kind == yaml::Kind::Map && root.find("kind") == nullptr && root.find("metadata") == nullptr &&
         root.find("spec") == nullptr;
}

// aicr visits a folder's entries by name and enters a folder in its place, so '/' comes before every other character.
bool visited_before(std::string_view a, std::string_view b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char left, char right) {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<int>(static_cast<unsigned char>(c)); };
    return rank(left) < rank(right);
  });
}

class Loader {
 public:
  Loader(const LayeredFiles& files, OverlayParts parts, Diagnostics& diagnostics)
      : files_(files), parts_(parts), diagnostics_(diagnostics) {}

  CatalogueContent load() {
    content_.id.version = kUnversioned;
    read_registries();
    for (const LayeredFiles::File& file : files_.all()) {
      if (file.topmost && may_be_overlay(file.path)) read_document(file);
    }
    settle();
    check_references();
    check_chains();
    // Nothing is hashed for a catalogue that is refused anyway.
    if (!diagnostics_.has_errors()) content_.id.digest = files_.digest().to_string();
    return std::move(content_);
  }

 private:
  struct Candidate {
    OverlayDocument document;
    std::size_t layer = 0;
    std::string path;
  };

  ReadContext context(const LayeredFiles::File& file) {
    return {files_.display_name(file), file.source, ReadContext::Doubts::Warning, diagnostics_};
  }

  std::optional<yaml::Node> parse(const LayeredFiles::File& file) {
    try {
      const bool whole = parts_ == OverlayParts::All || is_base_file(file.path) || !may_be_overlay(file.path);
      return whole ? files_.parse(file) : files_.parse(file, kBodyFields);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      diagnostics_.error(error.location().value_or(SourceLocation{files_.display_name(file), 0, 0}), "syntax",
                         error.message(), error.hint());
      return std::nullopt;
    }
  }

  void read_registries() {
    bool found = false;
    for (const LayeredFiles::File& file : files_.all()) {
      if (file.path != kRegistryFile) continue;
      found = true;
      if (const std::optional<yaml::Node> root = parse(file))
        overlay_registry(content_.registry, read_registry(*root, context(file)));
    }
    if (!found)
      diagnostics_.error({std::string(kRegistryFile), 0, 0}, "missing-file", "the catalogue has no registry.yaml");
  }

  void read_info(const yaml::Node& root, const LayeredFiles::File& file) {
    const ReadContext place = context(file);
    MapReader top(root, "the catalogue's description", place);
    top.ignore("apiVersion");
    top.ignore("kind");
    if (const yaml::Node* node = top.map("metadata")) {
      MapReader metadata(*node, "the metadata", place);
      for (const std::string_view ignored : {"name", "description", "labels", "annotations"}) metadata.ignore(ignored);
      std::string version = metadata.required_text("version");
      if (!version.empty() && !is_plain_word(version))
        place.error(*node->find("version"), "bad-value",
                    fmt::format("'{}' is no valid version of a catalogue", version),
                    "letters, digits, '.', '_', '+' and '-'");
      content_.id.version = std::move(version);
      metadata.finish();
    } else {
      place.error(root, "missing-field", "the catalogue's description has no metadata.version");
    }
    top.finish();
  }

  void read_document(const LayeredFiles::File& file) {
    const std::optional<yaml::Node> root = parse(file);
    if (!root) return;
    if (const yaml::Node* kind = root->kind == yaml::Kind::Map ? root->find("kind") : nullptr;
        kind != nullptr && !kind->text.empty() && kind->text != kOverlayKind) {
      if (file.path == kInfoFile && kind->text == kInfoKind) return read_info(*root, file);
      const std::string near = nearest(kind->text, std::vector<std::string>{std::string(kOverlayKind)});
      if (!near.empty())
        context(file).warning(*kind, "unknown-kind", fmt::format("a file of kind '{}' is not read", kind->text),
                              fmt::format("did you mean '{}'?", near));
      return;
    }
    if (!is_base_file(file.path) && is_nobodys(*root)) {
      context(file).warning(*root, "unknown-kind", "a file without kind, metadata and spec is not read");
      return;
    }
    OverlayDocument document = read_overlay(*root, context(file));
    Overlay& overlay = document.overlay;
    if (is_base_file(file.path)) {
      overlay.name = kBaseName;
      add(base_, std::move(document), file);
    } else if (overlay.name == kBaseName) {
      diagnostics_.error(overlay.location, "duplicate-name", "only overlays/base.yaml may be named 'base'");
    } else if (overlay.name.empty()) {
      // aicr would match it and then forget it (spec: recipe-engine, B11).
      diagnostics_.error(overlay.location, "missing-field", "the overlay has no metadata.name");
    } else {
      std::optional<Candidate>& slot = candidates_[overlay.name];
      add(slot, std::move(document), file);
    }
  }

  // Of two files in different layers the higher layer's counts, in one layer the one that aicr visits last.
  void add(std::optional<Candidate>& slot, OverlayDocument document, const LayeredFiles::File& file) {
    if (slot && slot->layer == file.layer) {
      const bool later = visited_before(slot->path, file.path);
      diagnostics_.warning(document.overlay.location, "duplicate-name",
                           fmt::format("the overlay '{}' is defined in '{}' too", document.overlay.name,
                                       slot->document.overlay.location.file),
                           fmt::format("only '{}' counts; rename one of them",
                                       later ? document.overlay.location.file : slot->document.overlay.location.file));
      if (!later) return;
    }
    if (!slot || slot->layer <= file.layer) slot = Candidate{std::move(document), file.layer, file.path};
  }

  void settle() {
    if (base_) {
      take(*base_);
      content_.base = std::move(base_->document.overlay);
    } else {
      diagnostics_.error({"overlays/base.yaml", 0, 0}, "missing-file", "the catalogue has no overlays/base.yaml");
    }
    for (auto& [name, candidate] : candidates_) {
      if (!candidate) continue;
      take(*candidate);
      content_.overlays.push_back(std::move(candidate->document.overlay));
    }
  }

  void take(Candidate& candidate) {
    for (const ComponentRef& component : candidate.document.overlay.components) components_.insert(component.name);
    std::move(candidate.document.references.begin(), candidate.document.references.end(),
              std::back_inserter(references_));
  }

  void check_references() {
    std::vector<std::string> overlays;
    overlays.reserve(content_.overlays.size());
    for (const Overlay& overlay : content_.overlays) overlays.push_back(overlay.name);
    const std::vector<std::string> components(components_.begin(), components_.end());
    for (const Reference& reference : references_) {
      switch (reference.to) {
        case Reference::To::Overlay:
          if (!std::binary_search(overlays.begin(), overlays.end(), reference.name))
            dangling(
                reference, "unknown-base",
                fmt::format("the overlay '{}' is based on '{}', which does not exist", reference.from, reference.name),
                overlays);
          break;
        case Reference::To::Component:
          if (!components_.contains(reference.name))
            dangling(reference, "unknown-component",
                     fmt::format("'{}' depends on '{}', which no overlay names", reference.from, reference.name),
                     components);
          break;
        case Reference::To::File:
          if (files_.find(reference.name) == nullptr)
            dangling(reference, "missing-file",
                     fmt::format("the file '{}' of '{}' does not exist", reference.name, reference.from),
                     component_files());
          break;
      }
    }
  }

  // Only queries that come to such a reference fail, as in aicr.
  void dangling(const Reference& reference, std::string rule, std::string message,
                const std::vector<std::string>& candidates) {
    const std::string near = nearest(reference.name, candidates);
    diagnostics_.warning(reference.location, std::move(rule), std::move(message),
                         near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  }

  std::vector<std::string> component_files() const {
    std::vector<std::string> result;
    for (const LayeredFiles::File& file : files_.all()) {
      if (file.topmost && is_component_file(file.path)) result.push_back(file.path);
    }
    return result;
  }

  // Overlays that inherit from each other in a circle fail the queries that match them; the base's components must be
  // in order by themselves.
  void check_chains() {
    DependencyGraph parents;
    for (const Overlay& overlay : content_.overlays) {
      std::vector<std::string>& above = parents[overlay.name];
      if (!overlay.inherits_base_only()) above.push_back(overlay.base);
    }
    if (const std::vector<std::string> cycle = find_cycle(parents); !cycle.empty()) {
      const auto first = std::find_if(content_.overlays.begin(), content_.overlays.end(),
                                      [&](const Overlay& o) { return o.name == cycle.front(); });
      diagnostics_.warning(first->location, "circular-base",
                           fmt::format("overlays are based on each other in a circle: {}", describe_cycle(cycle)));
    }
    try {
      check_dependencies(dependency_graph(content_.base.components));
    } catch (const Error& error) {
      diagnostics_.error(content_.base.location, "dependencies", error.message(), error.hint());
    }
  }

  const LayeredFiles& files_;
  OverlayParts parts_;
  Diagnostics& diagnostics_;
  CatalogueContent content_;
  std::optional<Candidate> base_;
  std::map<std::string, std::optional<Candidate>, std::less<>> candidates_;
  std::set<std::string, std::less<>> components_;
  std::vector<Reference> references_;
};

}  // namespace

CatalogueContent load_content(const LayeredFiles& files, OverlayParts parts, Diagnostics& diagnostics) {
  return Loader(files, parts, diagnostics).load();
}

Overlay read_overlay_file(const LayeredFiles& files, std::uint32_t source) {
  const LayeredFiles::File& file = *files.by_source(source);
  Diagnostics ignored;  // those of a prepared file were looked at when the program was built
  return read_overlay(files.parse(file),
                      {files.display_name(file), source, ReadContext::UnquotedText::Warning, ignored})
      .overlay;
}

}  // namespace waybill
