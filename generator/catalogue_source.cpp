#include "generator/catalogue_source.h"

#include <fmt/core.h>

#include <utility>

#include "core/error.h"
#include "core/file_system.h"

namespace waybill {
namespace {

constexpr std::uint64_t kLargestCatalogue = 256ULL << 20;

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

bool is_hidden(std::string_view path) noexcept {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

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
  return with_context([&] { return fmt::format("while reading the catalogue folder '{}'", folder); },
                      [&] {
                        const FileTree everything = read_folder(folder, kLargestCatalogue);
                        FileTree visible;
                        for (const auto& [path, file] : everything.files()) {
                          if (!is_hidden(path.text())) visible.add(path, file.bytes, file.executable);
                        }
                        return tree_source(folder, std::move(visible));
                      });
}

}  // namespace waybill
