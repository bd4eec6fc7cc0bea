#include "oci/layout_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "oci/reference.h"

namespace waybill::oci {

std::optional<FetchedManifest> fetch_manifest(const LayoutFiles& files, const Digest& digest) {
  const std::optional<std::uint64_t> size = files.blob_size(digest);
  if (!size) return std::nullopt;
  return with_context(
      [&] { return fmt::format("while reading manifest {} of '{}'", digest.to_string(), files.where()); },
      [&] {
        const std::unique_ptr<ByteSource> source = files.open_file(digest, 0);
        std::string bytes = read_all(*source, kLargestManifest, digest.to_string(), *size);
        if (const Digest actual = digest_of(digest.algorithm(), bytes); actual != digest) {
          throw Error(ErrorCode::Untrusted, fmt::format("the blob {} of '{}' is {} by its content", digest.to_string(),
                                                        files.where(), actual.to_string()));
        }
        const AnyManifest parsed = parse_manifest(bytes, {});
        const std::string type = std::visit([](const auto& kind) { return kind.media_type; }, parsed);
        Descriptor descriptor{type, digest, bytes.size(), {}, {}, {}};
        return std::optional(FetchedManifest{std::move(descriptor), std::move(bytes)});
      });
}

namespace {

// Adds a manifest with all that it names; what the layout does not hold is no reason to stop.
void reach(const LayoutFiles& files, const Digest& digest, std::set<Digest>& reached) {
  std::vector<Digest> todo{digest};
  while (!todo.empty()) {
    const Digest next = todo.back();
    todo.pop_back();
    if (!reached.insert(next).second) continue;
    const std::optional<FetchedManifest> manifest = fetch_manifest(files, next);
    if (!manifest) continue;
    const ManifestLinks links = links_of(manifest->bytes, manifest->descriptor.media_type);
    for (const Descriptor& blob : links.blobs) reached.insert(blob.digest);
    for (const Descriptor& child : links.manifests) todo.push_back(child.digest);
  }
}

// What an entry is about, if it is listed only for that: digest_tag() of its subject, or the front of its own tag.
std::optional<std::string> subject_of(const LayoutFiles& files, const Descriptor& entry) {
  const std::optional<std::string> tag = tag_of_entry(entry);
  if (tag && is_digest_tag(*tag)) return tag->substr(0, kDigestTagLength);
  if (tag) return std::nullopt;
  const std::optional<FetchedManifest> manifest = fetch_manifest(files, entry.digest);
  if (!manifest) return std::nullopt;
  const ManifestLinks links = links_of(manifest->bytes, manifest->descriptor.media_type);
  return links.subject ? std::optional(digest_tag(links.subject->digest)) : std::nullopt;
}

}  // namespace

std::set<Digest> reachable(const LayoutFiles& files, const ImageIndex& index) {
  std::set<Digest> reached;
  std::vector<std::pair<std::string, Digest>> dependent;  // digest_tag() of the subject, entry
  for (const Descriptor& entry : index.manifests) {
    if (const auto subject = subject_of(files, entry)) {
      dependent.emplace_back(*subject, entry.digest);
    } else {
      reach(files, entry.digest, reached);
    }
  }
  // Referrers of referrers come in any order.
  for (bool more = !dependent.empty(); more;) {
    more = false;
    std::set<std::string> subjects;
    for (const Digest& digest : reached) subjects.insert(digest_tag(digest));
    for (const auto& [subject, entry] : dependent) {
      if (!subjects.contains(subject) || reached.contains(entry)) continue;
      reach(files, entry, reached);
      more = true;
    }
  }
  return reached;
}

const LayoutReferrers::Known* LayoutReferrers::look(const LayoutFiles& files, const Digest& manifest) {
  if (!files.blob_size(manifest)) return nullptr;
  if (const auto known = known_.find(manifest); known != known_.end()) return &known->second;
  const std::optional<FetchedManifest> fetched = fetch_manifest(files, manifest);
  if (!fetched) return nullptr;
  ManifestLinks links = links_of(fetched->bytes, fetched->descriptor.media_type);
  Known known{links.subject ? std::optional(links.subject->digest) : std::nullopt, fetched->descriptor};
  known.described.artifact_type = std::move(links.artifact_type);
  known.described.annotations = std::move(links.annotations);
  return &known_.emplace(manifest, std::move(known)).first->second;
}

std::vector<Descriptor> LayoutReferrers::of(const LayoutFiles& files, const Digest& subject,
                                            std::string_view artifact_type) {
  std::vector<Digest> candidates;
  for (const Descriptor& entry : files.read_index().manifests) {
    candidates.push_back(entry.digest);
    if (tag_of_entry(entry) != digest_tag(subject) || !is_index_type(entry.media_type)) continue;
    // Other tools keep the fallback list in layouts as well.
    if (const auto fallback = fetch_manifest(files, entry.digest)) {
      for (const Descriptor& listed : links_of(fallback->bytes, fallback->descriptor.media_type).manifests)
        candidates.push_back(listed.digest);
    }
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  const std::lock_guard lock(mutex_);
  std::vector<Descriptor> result;
  for (const Digest& digest : candidates) {
    const Known* known = look(files, digest);
    if (known == nullptr || known->subject != subject) continue;
    if (artifact_type.empty() || known->described.artifact_type == artifact_type) result.push_back(known->described);
  }
  return result;
}

}  // namespace waybill::oci
