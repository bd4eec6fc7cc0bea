#include "generator/embedded.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "generator/embedded_files.h"

namespace waybill {
namespace {

// Some seventy files: a walk over the table beats an index that would have to be built first.
const EmbeddedFile* find(std::string_view path) noexcept {
  const std::span<const EmbeddedFile> files = embedded_files();
  const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
  return found == files.end() ? nullptr : &*found;
}

const EmbeddedFile& require(std::string_view path) {
  const EmbeddedFile* file = find(path);
  if (file == nullptr) throw Error(ErrorCode::NotFound, fmt::format("the built-in catalogue has no file '{}'", path));
  return *file;
}

class EmbeddedCatalogue final : public CatalogueSource {
 public:
  [[nodiscard]] std::string name() const override { return std::string(kEmbeddedSource); }
  [[nodiscard]] std::vector<std::string> paths() const override {
    std::vector<std::string> result;
    result.reserve(embedded_files().size());
    for (const EmbeddedFile& file : embedded_files()) result.emplace_back(file.path);
    return result;
  }
  [[nodiscard]] bool contains(std::string_view path) const override { return find(path) != nullptr; }
  [[nodiscard]] std::string read(std::string_view path) const override { return std::string(require(path).contents); }
  [[nodiscard]] std::optional<FileFingerprint> fingerprint(std::string_view path) const override {
    const EmbeddedFile* file = find(path);
    if (file == nullptr) return std::nullopt;
    return FileFingerprint{file->contents.size(), Digest::from_raw(file->sha256)};
  }
  [[nodiscard]] std::optional<std::string_view> compact(std::string_view path) const override {
    const EmbeddedFile* file = find(path);
    return file == nullptr || file->compact.empty() ? std::nullopt : std::optional(file->compact);
  }
  [[nodiscard]] std::optional<Digest> digest() const override { return Digest::from_raw(embedded_digest()); }
};

}  // namespace

std::shared_ptr<const CatalogueSource> embedded_catalogue() {
  static const std::shared_ptr<const CatalogueSource> catalogue = std::make_shared<EmbeddedCatalogue>();
  return catalogue;
}

}  // namespace waybill
