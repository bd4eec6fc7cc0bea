#pragma once
// The reading half of a layout, wherever its files lie: in a folder (oci/layout.h) or in a tar (oci/oci_archive.h).
//
// Owner is StoreReader or Store, so that what cannot be written is no Store.
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oci/layout_index.h"
#include "oci/store.h"

namespace waybill::oci {

// The files of a layout.
class LayoutFiles {
 public:
  virtual ~LayoutFiles() = default;
  // "oci-layout:out", for messages.
  [[nodiscard]] virtual std::string where() const = 0;
  [[nodiscard]] virtual ImageIndex read_index() const = 0;
  // nullopt: no such blob.
  [[nodiscard]] virtual std::optional<std::uint64_t> blob_size(const Digest& digest) const = 0;
  // A blob from a byte on, as it lies there, not verified. Throws NotFound.
  [[nodiscard]] virtual std::unique_ptr<ByteSource> open_file(const Digest& digest, std::uint64_t offset) const = 0;
};

// A verified manifest; nullopt when there is none of that digest.
[[nodiscard]] std::optional<FetchedManifest> fetch_manifest(const LayoutFiles& files, const Digest& digest);
// What has which subject, by what the index lists and by the lists that other tools keep under fallback tags. Each
// manifest is read once: an index may name thousands, of each of which the referrers are asked for. Thread-safe.
class LayoutReferrers {
 public:
  [[nodiscard]] std::vector<Descriptor> of(const LayoutFiles& files, const Digest& subject,
                                           std::string_view artifact_type);

 private:
  struct Known {
    std::optional<Digest> subject;
    Descriptor described;  // with artifactType and annotations
  };
  // nullptr: it is not there.
  const Known* look(const LayoutFiles& files, const Digest& manifest);

  std::mutex mutex_;
  std::map<Digest, Known> known_;
};

// All that the entries of the index lead to, manifests and blobs: from those with a tag of their own, or with no name
// and no subject, and from what refers to these.
[[nodiscard]] std::set<Digest> reachable(const LayoutFiles& files, const ImageIndex& index);

template <typename Owner>
class LayoutReader : public Owner, protected LayoutFiles {
 public:
  [[nodiscard]] std::string name() const override { return where(); }
  // A file of another size was cut off by a power failure: it is written again.
  [[nodiscard]] bool exists_blob(const Descriptor& descriptor) override {
    return blob_size(descriptor.digest) == descriptor.size;
  }
  [[nodiscard]] std::unique_ptr<ByteSource> open_blob(const Descriptor& descriptor, std::uint64_t offset) override {
    return open_file(descriptor.digest, offset);
  }
  [[nodiscard]] std::optional<FetchedManifest> fetch_manifest(const Digest& digest) override {
    return oci::fetch_manifest(*this, digest);
  }
  [[nodiscard]] std::optional<FetchedManifest> fetch_tagged(const std::string& tag) override {
    const std::optional<Descriptor> found = resolve(tag);
    if (!found) return std::nullopt;
    return require_manifest(*this, found->digest);
  }
  [[nodiscard]] std::optional<Descriptor> resolve(const std::string& tag) override {
    return find_tag(read_index(), tag, where());
  }
  [[nodiscard]] std::optional<Descriptor> resolve(const Digest& digest) override {
    const std::optional<FetchedManifest> manifest = fetch_manifest(digest);
    return manifest ? std::optional(manifest->descriptor) : std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> list_tags() override { return tags_of_index(read_index()); }
  [[nodiscard]] std::vector<Descriptor> referrers(const Digest& subject, std::string_view artifact_type = {}) override {
    return referrers_.of(*this, subject, artifact_type);
  }
  [[nodiscard]] std::optional<Descriptor> sole_manifest() override { return oci::sole_manifest(read_index()); }

 private:
  LayoutReferrers referrers_;
};

}  // namespace waybill::oci
