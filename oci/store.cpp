#include "oci/store.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "oci/reference.h"

namespace waybill::oci {

bool Store::push_tagged(const FetchedManifest& manifest, const std::string& tag, ForceTag force) {
  push_manifest(manifest);
  return this->tag(manifest.descriptor, tag, force);
}

OpenBlob opener(std::string_view bytes) {
  return [bytes](std::uint64_t offset) {
    return std::make_unique<SpanSource>(bytes.substr(std::min<std::uint64_t>(offset, bytes.size())));
  };
}

Descriptor push_bytes(Store& store, std::string_view bytes, std::string_view media_type) {
  Descriptor descriptor = describe(bytes, media_type);
  store.push_blob(descriptor, opener(bytes));
  return descriptor;
}

Pushed push_manifest(Store& store, std::string_view bytes, std::string_view media_type) {
  return store.push_manifest({describe(bytes, media_type), std::string(bytes)});
}

std::string fetch_bytes(BlobReader& store, const Descriptor& descriptor, std::uint64_t limit) {
  const std::string name = fmt::format("blob {}", descriptor.digest.to_string());
  if (descriptor.size > limit) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("{} has {} bytes, more than the limit of {}", name, descriptor.size, limit));
  }
  const std::unique_ptr<ByteSource> source = store.fetch_blob(descriptor);
  return read_all(*source, limit, name, descriptor.size);
}

Error no_manifest(const StoreReader& store, const Digest& digest) {
  return {ErrorCode::NotFound, fmt::format("'{}' has no manifest {}", store.name(), digest.to_string())};
}

FetchedManifest require_manifest(StoreReader& store, const Digest& digest) {
  if (std::optional<FetchedManifest> found = store.fetch_manifest(digest)) return std::move(*found);
  throw no_manifest(store, digest);
}

Descriptor resolve(StoreReader& store, const std::optional<std::string>& tag, const std::optional<Digest>& digest) {
  if (!tag && !digest) {
    std::vector<std::string> tags = store.list_tags();
    std::erase_if(tags, [](const std::string& name) { return is_digest_tag(name); });
    if (tags.size() == 1) return resolve(store, tags.front(), std::nullopt);
    if (const auto sole = store.sole_manifest(); sole && tags.empty()) return *sole;
    if (tags.empty()) throw Error(ErrorCode::NotFound, fmt::format("'{}' has no tag", store.name()));
    if (tags.size() > 12) tags.resize(12);
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has several tags, and none was named", store.name()))
        .hint(fmt::format("name one of {}", fmt::join(tags, ", ")));
  }
  if (!tag) {
    if (const auto found = store.resolve(*digest)) return *found;
    throw no_manifest(store, *digest);
  }
  const auto found = digest ? resolve_by(store, *tag, digest->algorithm()) : store.resolve(*tag);
  if (!found) throw Error(ErrorCode::NotFound, fmt::format("'{}' has no tag '{}'", store.name(), *tag));
  if (digest && found->digest != *digest) {
    throw Error(ErrorCode::Conflict, fmt::format("tag '{}' of '{}' is {}, not {}", *tag, store.name(),
                                                 found->digest.to_string(), digest->to_string()));
  }
  return *found;
}

std::optional<Descriptor> resolve_by(StoreReader& store, const std::string& tag, DigestAlgorithm algorithm) {
  std::optional<Descriptor> found = store.resolve(tag);
  if (!found || found->digest.algorithm() == algorithm) return found;
  const std::optional<FetchedManifest> fetched = store.fetch_tagged(tag);
  if (!fetched) return std::nullopt;
  return describe(fetched->bytes, fetched->descriptor.media_type, algorithm);
}

Error tag_conflict(std::string_view store, std::string_view tag, const Digest& held, const Digest& wanted) {
  return Error(ErrorCode::Conflict,
               fmt::format("tag '{}' of '{}' holds {}, not {}", tag, store, held.to_string(), wanted.to_string()))
      .hint("--force-tag moves the tag");
}

}  // namespace waybill::oci
