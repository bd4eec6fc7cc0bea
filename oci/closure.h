#pragma once
// Everything that belongs to a manifest: what it names, and what refers to it, recursively. Found before anything is
// copied, so that a copy knows how much there is to do and what could stop it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "oci/manifest.h"
#include "oci/store.h"

namespace waybill::oci {

enum class WithReferrers : bool { No, Yes };

struct FoundManifest {
  FetchedManifest manifest;
  ManifestLinks links;
};

struct TaggedDigest {
  std::string tag;
  Descriptor manifest;
};

struct Closure {
  std::vector<FoundManifest> manifests;  // each once, after those that it names and after its subject
  std::vector<TaggedDigest> tags;        // sha256-….sig, .att and .sbom, of manifests that are among them
  std::vector<Descriptor> missing;       // what indexes name and the store does not have
};

// Manifests that `nearer` has, if given, are read there instead of from `store`: their digest says that they are the
// same. An index may be sparse: a registry can take it without all that it names (distribution-spec 1.1, "Pushing
// Manifests"). NotFound when anything else is missing; InvalidInput when manifests are nested too deep or are too many.
[[nodiscard]] Closure closure_of(StoreReader& store, const Digest& manifest, WithReferrers referrers,
                                 StoreReader* nearer = nullptr);

// Warns of what is missing, if anything is.
void tell_missing(const Closure& closure, const StoreReader& store, Reporter* reporter);
// What is missing in words: "1 manifest that an index names: sha256:… (linux/arm64)"; the first eight by name.
[[nodiscard]] std::string missing_text(const std::vector<Descriptor>& missing);
// What is missing of several closures: those of `more` whose digests are not among `all` yet are added.
void add_missing(std::vector<Descriptor>& all, const std::vector<Descriptor>& more);

// The tags under which cosign keeps what belongs to a digest.
inline constexpr std::size_t kCosignTags = 3;
[[nodiscard]] std::array<std::string, kCosignTags> cosign_tags(const Digest& digest);

// The config and the layers that a copy takes along: each, but for layers that their makers do not allow to be handed
// on and that `store` does not have either (image-spec 1.1, "Non-Distributable Layers").
[[nodiscard]] std::vector<Descriptor> blobs_to_copy(BlobReader& store, const ManifestLinks& links);

}  // namespace waybill::oci
