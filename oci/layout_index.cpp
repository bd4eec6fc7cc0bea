#include "oci/layout_index.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/json/reader.h"
#include "oci/media_types.h"
#include "oci/reference.h"

namespace waybill::oci {
namespace {

constexpr std::string_view kReferrerSuffix = ".referrer";
constexpr std::string_view kKindPrefix = "dev.cosignproject.cosign/";

const std::string* reference_name(const Descriptor& entry) {
  const auto found = entry.annotations.find(std::string(annotation::kReferenceName));
  return found == entry.annotations.end() ? nullptr : &found->second;
}

bool is_named(const Descriptor& entry, std::string_view name) {
  const std::string* own = reference_name(entry);
  return own != nullptr && *own == name;
}

bool is_referrer_name(std::string_view name) noexcept { return is_digest_tag(name) && name.ends_with(kReferrerSuffix); }

std::string cosign_kind(std::string_view media_type, std::string_view tag) {
  std::string_view kind = is_index_type(media_type) ? "imageIndex" : "image";
  if (is_digest_tag(tag) && tag.ends_with(".sig")) kind = "sigs";
  if (is_digest_tag(tag) && tag.ends_with(".att")) kind = "atts";
  return fmt::format("{}{}", kKindPrefix, kind);
}

void sort_entries(ImageIndex& index) {
  const auto key = [](const Descriptor& entry) {
    const std::string* name = reference_name(entry);
    return std::pair(name == nullptr ? std::string() : *name, entry.digest);
  };
  std::stable_sort(index.manifests.begin(), index.manifests.end(),
                   [&](const Descriptor& left, const Descriptor& right) { return key(left) < key(right); });
}

Descriptor bare(const Descriptor& entry) { return {entry.media_type, entry.digest, entry.size, {}, {}, {}}; }

}  // namespace

void check_layout_version(std::string_view bytes, const std::string& where) {
  const Value document = json::parse(bytes, where + "/oci-layout");
  const std::string version = document.text_or("imageLayoutVersion", "");
  if (!version.starts_with("1.")) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the layout '{}' has version '{}', expected 1.x", where, version.substr(0, 40)));
  }
}

std::string blob_path(const Digest& digest) {
  return fmt::format("{}{}/{}", kBlobFolder, name_of(digest.algorithm()), digest.hex());
}

std::optional<Digest> digest_of_path(std::string_view path) {
  if (!path.starts_with(kBlobFolder)) return std::nullopt;
  std::string text(path.substr(kBlobFolder.size()));
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || text.find(':') != std::string::npos) return std::nullopt;
  text[slash] = ':';
  return Digest::try_parse(text);
}

std::optional<std::string> tag_of_entry(const Descriptor& entry) {
  const std::string* name = reference_name(entry);
  if (name == nullptr || is_referrer_name(*name)) return std::nullopt;
  if (is_tag(*name)) return *name;
  const std::size_t colon = name->rfind(':');
  if (colon == std::string::npos || !is_tag(std::string_view(*name).substr(colon + 1))) return std::nullopt;
  return name->substr(colon + 1);
}

std::vector<std::string> tags_of_index(const ImageIndex& index) {
  std::vector<std::string> result;
  for (const Descriptor& entry : index.manifests) {
    if (auto tag = tag_of_entry(entry)) result.push_back(std::move(*tag));
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::optional<Descriptor> find_tag(const ImageIndex& index, std::string_view tag, const std::string& where) {
  // The very name comes before a reference that ends with it.
  for (const bool exact : {true, false}) {
    const Descriptor* found = nullptr;
    for (const Descriptor& entry : index.manifests) {
      if (exact ? !is_named(entry, tag) : tag_of_entry(entry) != tag) continue;
      if (found != nullptr && found->digest != entry.digest) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("the layout '{}' has several manifests named '{}'", where, tag));
      }
      found = &entry;
    }
    if (found != nullptr) return bare(*found);
  }
  return std::nullopt;
}

std::optional<Descriptor> sole_manifest(const ImageIndex& index) {
  const Descriptor* found = nullptr;
  for (const Descriptor& entry : index.manifests) {
    const std::string* name = reference_name(entry);
    if (name != nullptr && is_digest_tag(*name)) continue;
    if (found != nullptr && found->digest != entry.digest) return std::nullopt;
    found = &entry;
  }
  return found == nullptr ? std::nullopt : std::optional(bare(*found));
}

bool lists(const ImageIndex& index, const Digest& digest) noexcept {
  return std::any_of(index.manifests.begin(), index.manifests.end(),
                     [&](const Descriptor& entry) { return entry.digest == digest; });
}

void set_tag(ImageIndex& index, const Descriptor& manifest, std::string_view artifact_type, const std::string& tag,
             const Annotations& more) {
  remove_tag(index, tag);
  Descriptor entry{manifest.media_type, manifest.digest, manifest.size, std::string(artifact_type), more, {}};
  entry.annotations.insert_or_assign(std::string(annotation::kReferenceName), tag);
  entry.annotations.insert_or_assign(std::string(annotation::kCosignKind), cosign_kind(manifest.media_type, tag));
  index.manifests.push_back(std::move(entry));
}

bool add_referrer(ImageIndex& index, const Descriptor& manifest, const ManifestLinks& links) {
  if (lists(index, manifest.digest)) return false;
  Descriptor entry{manifest.media_type, manifest.digest, manifest.size, links.artifact_type, links.annotations, {}};
  entry.annotations.insert_or_assign(std::string(annotation::kReferenceName),
                                     digest_tag(manifest.digest, kReferrerSuffix));
  index.manifests.push_back(std::move(entry));
  return true;
}

std::size_t remove_tag(ImageIndex& index, std::string_view tag) {
  return std::erase_if(index.manifests, [&](const Descriptor& entry) { return is_named(entry, tag); });
}

std::string index_bytes(ImageIndex index) {
  sort_entries(index);
  return to_bytes(index);
}

}  // namespace waybill::oci
