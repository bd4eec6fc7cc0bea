#pragma once
// Where catalogue files come from: the embedded data, a folder, or a tree in memory. Immutable: the same path always
// gives the same bytes, so a digest that was taken once stays true.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/file_tree.h"

namespace waybill {

struct FileFingerprint {
  std::uint64_t size = 0;
  Digest digest;
};

// Paths are clean and relative with '/'.
class CatalogueSource {
 public:
  virtual ~CatalogueSource() = default;
  [[nodiscard]] virtual std::string name() const = 0;  // "embedded", or the folder as the user wrote it
  [[nodiscard]] virtual std::vector<std::string> paths() const = 0;
  [[nodiscard]] virtual bool contains(std::string_view path) const = 0;
  [[nodiscard]] virtual std::string read(std::string_view path) const = 0;  // throws NotFound
  // Size and digest where they are known without reading (the embedded data carries them); otherwise nothing, and the
  // catalogue reads and hashes.
  [[nodiscard]] virtual std::optional<FileFingerprint> fingerprint(std::string_view path) const;
  // The first document of a YAML file in its compact form (core/yaml/compact.h), where it was parsed beforehand: then
  // it is sound YAML, and the build has checked that an overlay among them says nothing wrong.
  [[nodiscard]] virtual std::optional<std::string_view> compact(std::string_view path) const;
  // The digest of a catalogue that has no other layer than this, where it is known beforehand.
  [[nodiscard]] virtual std::optional<Digest> digest() const;
};

inline constexpr std::string_view kEmbeddedSource = "embedded";
inline constexpr std::uint64_t kLargestCatalogueFile = 10ULL << 20;

// A snapshot of the folder's files, taken now; only what lies in a folder `.git` is left out. Throws NotFound for a
// folder that is not there, and InvalidInput for one that holds links or special files, more than 10 MiB in one file or
// 256 MiB in all, more than 100,000 files, or folders more than 64 deep (spec: recipe-engine 7.1).
[[nodiscard]] std::unique_ptr<CatalogueSource> folder_source(const std::string& folder);

// The same for a folder that is laid over a catalogue (--data): it must have a file registry.yaml at its top, which may
// be empty. That tells such a folder from one that was named by mistake and would change nothing, and aicr asks for it
// too. Throws InvalidInput without it.
[[nodiscard]] std::unique_ptr<CatalogueSource> data_source(const std::string& folder);

// A tree that is already in memory. Throws InvalidInput for a file of more than 10 MiB.
[[nodiscard]] std::unique_ptr<CatalogueSource> tree_source(std::string name, FileTree tree);

}  // namespace waybill
