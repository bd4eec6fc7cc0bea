#pragma once
// A store in a folder: the OCI image layout (image-spec 1.1, "OCI Image Layout Specification").
//
// Blobs are written beside their final name and renamed; index.json is rewritten last and atomically, under a lock, so
// several processes can publish into one layout and none loses an entry. Its entries are sorted, so equal content gives
// equal bytes. Each entry has a ref.name: the tag, or for a referrer a name made from its own digest; and cosign's
// `kind`.
//
// A killed process leaves only files that begin with ".waybill-": a blob that is half there waits a week for the next
// run of the same copy (oci/partial_blob.h), the next writer removes everything else. Blobs reach the disk before an
// index.json that names them (docs/decisions/0013).
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "oci/layout_reader.h"

namespace waybill::oci {

class Layout final : public LayoutReader<Store> {
 public:
  // An existing layout, for reading and writing. Throws NotFound if the folder is no layout, InvalidInput if its
  // version or its index.json cannot be read.
  [[nodiscard]] static std::unique_ptr<Layout> open(std::filesystem::path folder);
  // The same, made first if the folder is missing or empty. Conflict if it holds something else.
  [[nodiscard]] static std::unique_ptr<Layout> open_or_create(std::filesystem::path folder);

  ~Layout() override;

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  Pushed push_blob(const Descriptor& descriptor, const OpenBlob& open) override;
  Pushed push_manifest(const FetchedManifest& manifest) override;
  bool tag(const Descriptor& manifest, const std::string& tag, ForceTag force) override;
  bool push_tagged(const FetchedManifest& manifest, const std::string& tag, ForceTag force) override;
  void begin_batch() override;
  void end_batch() override;

  // Removes a tag; its content stays. False if there was none.
  bool untag(const std::string& tag);
  // Removes every entry of a manifest, with its tags; its content stays. False if there was none.
  bool unlist(const Digest& digest);

  struct Pruned {
    std::uint64_t blobs = 0;
    std::uint64_t bytes = 0;
  };
  // Removes what no entry leads to any more, and the entries of referrers and signatures whose subject is gone. A copy
  // into the layout that runs meanwhile may fail for it (NotFound) and can be repeated.
  Pruned prune();

 private:
  explicit Layout(std::filesystem::path folder);
  [[nodiscard]] std::filesystem::path blob_path(const Digest& digest) const;
  [[nodiscard]] std::filesystem::path blob_folder(DigestAlgorithm algorithm) const;
  [[nodiscard]] std::string where() const override;
  [[nodiscard]] ImageIndex read_index() const override;
  [[nodiscard]] std::optional<std::uint64_t> blob_size(const Digest& digest) const override;
  [[nodiscard]] std::unique_ptr<ByteSource> open_file(const Digest& digest, std::uint64_t offset) const override;
  void create();
  void check_version() const;
  Pushed push_linked(const FetchedManifest& manifest, const ManifestLinks& links);
  bool tag_typed(const Descriptor& manifest, const std::string& artifact_type, const std::string& tag, ForceTag force);
  enum class Stale : std::uint8_t { NotPartial, All };
  void remove_stale_files(Stale stale);
  [[nodiscard]] bool is_worth_waiting(const std::filesystem::path& partial) const;
  // Reads the index under the lock, and writes it back if `change` says so; inside a batch, later.
  void change_index(const std::function<bool(ImageIndex&)>& change);
  void write_index(ImageIndex index);
  void sync_pending();

  struct Batch;

  std::filesystem::path folder_;
  std::mutex mutex_;             // guards the members below
  std::vector<Digest> pending_;  // blobs that the next index may name and that may not have reached the disk
  bool cleaned_ = false;
  std::unique_ptr<Batch> batch_;  // null: every change is written at once
};

}  // namespace waybill::oci
