#include "generator/catalogue_loader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/dependency_graph.h"
#include "generator/field_rules.h"
#include "generator/overlay_reader.h"
#include "generator/parse_ahead.h"
#include "generator/registry_reader.h"

namespace waybill {
namespace {

constexpr std::string_view kInfoKind = "CatalogueInfo";
constexpr std::string_view kUnversioned = "unversioned";

// From here on, threads are quicker to have than to do without.
constexpr std::size_t kManyFiles = 100;

// What an overlay adds, which matters for those alone that match.
constexpr std::array<std::string_view, 3> kBodyFields{"constraints", "componentRefs", "validation"};

// A stray file that says of itself neither what it is nor anything that an overlay says.
bool is_nobodys(const yaml::Node& root) noexcept {
  return root.kind == yaml::Kind::Map && root.find("kind") == nullptr && root.find("metadata") == nullptr &&
         root.find("spec") == nullptr;
}

class Loader {
 public:
  Loader(const LayeredFiles& files, OverlayParts parts, ReadContext::Doubts doubts, Diagnostics& diagnostics)
      : files_(files), parts_(parts), doubts_(doubts), diagnostics_(diagnostics) {}

  CatalogueContent load() {
    content_.id.version = kUnversioned;
    read_registries();
    read_documents();
    settle();
    // Nothing is hashed for a catalogue that is refused anyway.
    if (!diagnostics_.has_errors()) content_.id.digest = files_.digest().to_string();
    return std::move(content_);
  }

 private:
  struct Candidate {
    Overlay overlay;
    const LayeredFiles::File* file;
  };

  ReadContext context(const LayeredFiles::File& file) {
    return {files_.display_name(file), file.source, doubts_, diagnostics_};
  }

  std::optional<yaml::Node> parse(const LayeredFiles::File& file) {
    try {
      if (ahead_) return ahead_->take();
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
      diagnostics_.error({files_.display_name_of_missing(std::string(kRegistryFile)), 0, 0}, "missing-file",
                         "the catalogue has no registry.yaml");
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

  // Whether the document is an overlay; the catalogue's description is read, other kinds are none of ours.
  bool is_overlay(const yaml::Node& root, const LayeredFiles::File& file) {
    if (root.is_null()) {
      context(file).warning(root, "empty-file", "the file is empty");
      return false;
    }
    if (is_nobodys(root) && !is_base_file(file.path)) {
      if (!is_hidden(file.path))
        context(file).warning(root, "unread-file", "a file without kind, metadata and spec is not read");
      return false;
    }
    const yaml::Node* kind = root.kind == yaml::Kind::Map ? root.find("kind") : nullptr;
    // Other tools keep their settings in hidden files: those count only if they say what they are.
    if (kind == nullptr || kind->is_null()) return !is_hidden(file.path);
    const std::string name = read_text(*kind, "'kind'", context(file));
    if (kind->kind != yaml::Kind::Scalar) return false;
    if (name.empty() || name == kOverlayKind) return true;
    if (file.path == kCatalogueInfoFile && name == kInfoKind) {
      read_info(root, file);
      return false;
    }
    const std::string near = nearest(name, std::vector<std::string>{std::string(kOverlayKind)});
    if (!near.empty())
      context(file).doubt(*kind, "unknown-kind", fmt::format("a file of kind '{}' is not read", name),
                          fmt::format("did you mean '{}'?", near));
    return false;
  }

  void read_documents() {
    std::vector<const LayeredFiles::File*> files;
    for (const LayeredFiles::File& file : files_.all()) {
      if (file.topmost && may_be_overlay(file.path)) files.push_back(&file);
    }
    if (parts_ == OverlayParts::All && files.size() >= kManyFiles) ahead_.emplace(files_, files);
    for (const LayeredFiles::File* file : files) read_document(*file);
    ahead_.reset();
  }

  void read_document(const LayeredFiles::File& file) {
    const std::optional<yaml::Node> root = parse(file);
    if (!root || !is_overlay(*root, file)) return;
    const bool is_base = is_base_file(file.path);
    Overlay overlay = read_overlay(*root, is_base ? OverlayRole::Base : OverlayRole::Overlay, context(file));
    if (is_base) {
      overlay.name = kBaseName;
      add(base_, {std::move(overlay), &file});
    } else if (overlay.name == kBaseName) {
      diagnostics_.error(overlay.location, "duplicate-name", "only overlays/base.yaml may be named 'base'",
                         "give the overlay a name of its own");
    } else if (!overlay.name.empty()) {
      std::optional<Candidate>& slot = candidates_[overlay.name];
      add(slot, {std::move(overlay), &file});
    }
  }

  // Of two files in different layers the higher layer's counts. In one layer it is odd, and the last one of a walk
  // through the folders counts, as it does for aicr.
  void add(std::optional<Candidate>& slot, Candidate candidate) {
    if (!slot) {
      slot = std::move(candidate);
      return;
    }
    if (slot->file->layer == candidate.file->layer) {
      const bool later = comes_after(candidate.file->path, slot->file->path);
      const Candidate& last = later ? candidate : *slot;
      const Candidate& first = later ? *slot : candidate;
      std::string message =
          fmt::format("the overlay '{}' is defined in '{}' too", last.overlay.name, first.overlay.location.file);
      std::string hint = fmt::format("rename one of them; '{}' counts", last.overlay.location.file);
      if (doubts_ == ReadContext::Doubts::Warning) {
        diagnostics_.warning(last.overlay.location, "duplicate-name", std::move(message), std::move(hint));
      } else {
        diagnostics_.error(last.overlay.location, "duplicate-name", std::move(message), std::move(hint));
      }
      if (later) slot = std::move(candidate);
    } else if (slot->file->layer < candidate.file->layer) {
      slot = std::move(candidate);
    }
  }

  void settle() {
    if (base_) {
      content_.base = std::move(base_->overlay);
      // A check looks at the dependencies of every target.
      if (doubts_ == ReadContext::Doubts::Warning) check_base();
    } else {
      diagnostics_.error({files_.display_name_of_missing("overlays/base.yaml"), 0, 0}, "missing-file",
                         "the catalogue has no overlays/base.yaml");
    }
    for (auto& [name, candidate] : candidates_) {
      if (candidate) content_.overlays.push_back(std::move(candidate->overlay));
    }
  }

  // The base's components must be in order by themselves: every recipe begins with them.
  void check_base() {
    try {
      check_dependencies(dependency_graph(content_.base.components));
    } catch (const Error& error) {
      diagnostics_.error(content_.base.location, "dependencies", error.message(), error.hint());
    }
  }

  const LayeredFiles& files_;
  OverlayParts parts_;
  std::optional<ParseAhead> ahead_;  // while documents are read, if they are many
  ReadContext::Doubts doubts_;
  Diagnostics& diagnostics_;
  CatalogueContent content_;
  std::optional<Candidate> base_;
  std::map<std::string, std::optional<Candidate>, std::less<>> candidates_;
};

}  // namespace

CatalogueContent load_content(const LayeredFiles& files, OverlayParts parts, ReadContext::Doubts doubts,
                              Diagnostics& diagnostics) {
  return Loader(files, parts, doubts, diagnostics).load();
}

Overlay read_overlay_file(const LayeredFiles& files, std::uint32_t source) {
  const LayeredFiles::File& file = *files.by_source(source);
  Diagnostics ignored;  // those of a prepared file were looked at when the program was built
  return read_overlay(files.parse(file), OverlayRole::Overlay,
                      {files.display_name(file), source, ReadContext::Doubts::Warning, ignored});
}

}  // namespace waybill
