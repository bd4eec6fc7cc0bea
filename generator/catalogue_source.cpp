#include "generator/catalogue_source.h"

#include <fmt/core.h>

#include <utility>

#include "core/error.h"
#include "core/folder_reader.h"
#include "generator/registry_reader.h"

namespace waybill {
namespace {

class TreeSource final : public CatalogueSource {
 public:
  TreeSource(std::string name, FileTree tree) : name_(std::move(name)), tree_(std::move(tree)) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<std::string> paths() const override {
    std::vector<std::string> result;
    for (const auto& [path, file] : tree_.files()) result.push_back(path.text());
    return result;
  }
  [[nodiscard]] bool contains(std::string_view path) const override {
    const std::optional<RelPath> clean = RelPath::try_parse(path);
    return clean && tree_.contains(*clean);
  }
  [[nodiscard]] std::string read(std::string_view path) const override { return tree_.at(RelPath::parse(path)).bytes; }

 private:
  std::string name_;
  FileTree tree_;
};

// Its contents are git's, not the catalogue's, and a repository's packs are larger than any file of a catalogue.
bool is_git_folder(std::string_view path) noexcept { return path == ".git" || path.ends_with("/.git"); }

}  // namespace

std::optional<FileFingerprint> CatalogueSource::fingerprint(std::string_view) const { return std::nullopt; }
std::optional<std::string_view> CatalogueSource::compact(std::string_view) const { return std::nullopt; }
std::optional<Digest> CatalogueSource::digest() const { return std::nullopt; }

std::unique_ptr<CatalogueSource> tree_source(std::string name, FileTree tree) {
  for (const auto& [path, file] : tree.files()) {
    if (file.bytes.size() > kLargestCatalogueFile) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has {} bytes", path.text(), file.bytes.size()))
          .hint(fmt::format("files of a catalogue hold at most {}", kLargestCatalogueFile));
    }
  }
  return std::make_unique<TreeSource>(std::move(name), std::move(tree));
}

std::unique_ptr<CatalogueSource> folder_source(const std::string& folder) {
  constexpr FolderLimits kLimits{
      .bytes = 256ULL << 20, .file_bytes = kLargestCatalogueFile, .entries = 100'000, .depth = 64};
  return with_context([&] { return fmt::format("while reading the catalogue folder '{}'", folder); },
                      [&] { return tree_source(folder, read_folder(folder, kLimits, is_git_folder)); });
}

std::unique_ptr<CatalogueSource> data_source(const std::string& folder) {
  std::unique_ptr<CatalogueSource> source = folder_source(folder);
  if (!source->contains(kRegistryFile)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no file '{}' at its top", folder, kRegistryFile))
        .hint("every folder for --data has one; an empty one will do");
  }
  return source;
}

}  // namespace waybill
