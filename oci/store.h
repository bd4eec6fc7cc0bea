#pragma once
// The one idea of storage behind registry and layout: blobs, manifests, tags and referrers, all by digest. Push, pull
// and mirror are one copy between two stores (oci/copy.h).
//
// Everything that is fetched is verified: a manifest before it is returned, a blob by the read that reaches its end.
// Everything that is written is checked against its descriptor before it exists under its digest.
//
// All functions throw Denied, Unavailable, Timeout, RateLimited, NoSpace or Interrupted where the medium does. A store
// may be used by several threads at once unless a comment says otherwise.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/stream.h"
#include "oci/descriptor.h"

namespace waybill::oci {

// Opens the content of a blob at a byte, to its end; not verified. Called again when a transfer has to go on after a
// failure.
using OpenBlob = std::function<std::unique_ptr<ByteSource>(std::uint64_t offset)>;

enum class Pushed : bool { AlreadyThere, Transferred };
enum class ForceTag : bool { No, Yes };

class BlobReader {
 public:
  virtual ~BlobReader() = default;
  [[nodiscard]] virtual bool exists_blob(const Descriptor& descriptor) = 0;
  // The content from a byte on, as it comes: not verified. The source must not outlive the store. Throws NotFound.
  [[nodiscard]] virtual std::unique_ptr<ByteSource> open_blob(const Descriptor& descriptor, std::uint64_t offset) = 0;
  // All of it, verified (Untrusted at its end if it differs).
  [[nodiscard]] std::unique_ptr<ByteSource> fetch_blob(const Descriptor& descriptor) {
    return std::make_unique<VerifyingSource>(open_blob(descriptor, 0), descriptor.digest, descriptor.size);
  }
};

class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  // Untrusted if the content is not what the descriptor says; nothing is left under its name then. What arrived before
  // another failure, or before this process was killed, is used by the next push of the blob where the medium can.
  virtual Pushed push_blob(const Descriptor& descriptor, const OpenBlob& open) = 0;
};

struct FetchedManifest {
  Descriptor descriptor;  // media type, digest and size only
  std::string bytes;
};

// What can only be read, as an archive, is this half.
class StoreReader : public BlobReader {
 public:
  // "localhost:5000/team/app", "oci-layout:out": for messages.
  [[nodiscard]] virtual std::string name() const = 0;

  // Whether each question is a way through a network: then several are asked at once, or elsewhere first.
  [[nodiscard]] virtual bool is_remote() const noexcept { return false; }
  // How often it had to be waited for until now, because it refused, stalled or broke off; it should be asked for less
  // at once then.
  [[nodiscard]] virtual std::uint64_t waits() const noexcept { return 0; }

  // Absent: nullopt.
  [[nodiscard]] virtual std::optional<FetchedManifest> fetch_manifest(const Digest& digest) = 0;
  [[nodiscard]] virtual std::optional<FetchedManifest> fetch_tagged(const std::string& tag) = 0;
  // Media type, digest and size of what a tag or digest names, without fetching it where the medium can.
  [[nodiscard]] virtual std::optional<Descriptor> resolve(const std::string& tag) = 0;
  [[nodiscard]] virtual std::optional<Descriptor> resolve(const Digest& digest) = 0;

  // All tags, sorted, those derived from digests too (is_digest_tag tells them).
  [[nodiscard]] virtual std::vector<std::string> list_tags() = 0;

  // Manifests whose subject this is, sorted by digest, with artifactType and annotations; filtered by type unless that
  // is empty.
  [[nodiscard]] virtual std::vector<Descriptor> referrers(const Digest& subject,
                                                          std::string_view artifact_type = {}) = 0;

  // The one manifest of a store that holds no other, though no tag may name it; nullopt where that cannot be told.
  [[nodiscard]] virtual std::optional<Descriptor> sole_manifest() { return std::nullopt; }
};

class Store : public StoreReader, public BlobWriter {
 public:
  // Stores a manifest under its digest. If it has a subject, it shows up among that one's referrers when this returns.
  // Its blobs and manifests must be there already. Conflict when a race with other writers was lost to the end.
  virtual Pushed push_manifest(const FetchedManifest& manifest) = 0;

  // Lets a tag name a manifest that is there. With ForceTag::No a tag that names something else is Conflict and stays;
  // one that names the same already is fine. Returns whether it was set.
  virtual bool tag(const Descriptor& manifest, const std::string& tag, ForceTag force) = 0;
  // Both of these, in one step where the medium can. Returns whether the tag was set.
  virtual bool push_tagged(const FetchedManifest& manifest, const std::string& tag, ForceTag force);

  // What is copied next comes from there: a registry can take blobs over from another of its repositories.
  virtual void copies_from(const StoreReader&) {}

  // From here to end_batch(), or to the tag of a name that is not derived from a digest, the store may keep new
  // referrers and digest tags to itself, to write them together. It shows them itself; others see all of them or none.
  // What was kept is dropped when the store goes away before. For one thread.
  virtual void begin_batch() {}
  virtual void end_batch() {}
};

// Opens bytes that somebody else keeps alive.
[[nodiscard]] OpenBlob opener(std::string_view bytes);
// Pushes bytes as a blob and returns their descriptor.
Descriptor push_bytes(Store& store, std::string_view bytes, std::string_view media_type);
// Pushes bytes as a manifest of that type, named by SHA-256.
Pushed push_manifest(Store& store, std::string_view bytes, std::string_view media_type);
// Reads a verified blob into memory; InvalidInput when its descriptor says more than `limit`.
[[nodiscard]] std::string fetch_bytes(BlobReader& store, const Descriptor& descriptor, std::uint64_t limit);
// The error of who needs a manifest that is not there.
[[nodiscard]] Error no_manifest(const StoreReader& store, const Digest& digest);
// The manifest, or that error.
[[nodiscard]] FetchedManifest require_manifest(StoreReader& store, const Digest& digest);
// What a tag and/or digest name: with both, the tag must have that digest (Conflict). With neither, what the only tag
// names that is not derived from a digest, or the only manifest; else InvalidInput naming the tags. NotFound names what
// is missing.
[[nodiscard]] Descriptor resolve(StoreReader& store, const std::optional<std::string>& tag,
                                 const std::optional<Digest>& digest);
// What a tag names, by a digest of this algorithm: a registry tells the one that it prefers.
[[nodiscard]] std::optional<Descriptor> resolve_by(StoreReader& store, const std::string& tag,
                                                   DigestAlgorithm algorithm);
// The error that tag() throws: Conflict, with the hint to force it.
[[nodiscard]] Error tag_conflict(std::string_view store, std::string_view tag, const Digest& held,
                                 const Digest& wanted);

}  // namespace waybill::oci
