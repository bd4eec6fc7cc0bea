#pragma once
// What the entries of a layout's index.json say, wherever the layout lies (image-spec 1.1, "OCI Image Layout
// Specification"). Ours have a ref.name each: the tag, or for a referrer a name made from its own digest; and cosign's
// `kind`. Others' may have none, or a whole reference ("registry.example.com/app:1.0"), whose tag counts then.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/manifest.h"

namespace waybill::oci {

inline constexpr std::string_view kLayoutVersionFile = R"({"imageLayoutVersion":"1.0.0"})";
// Throws InvalidInput, naming `where`, unless it is the file oci-layout of a version 1.
void check_layout_version(std::string_view bytes, const std::string& where);

inline constexpr std::string_view kBlobFolder = "blobs/";
// Where a layout keeps a blob, "blobs/sha256/<hex>", and back: nullopt for the path of anything else.
[[nodiscard]] std::string blob_path(const Digest& digest);
[[nodiscard]] std::optional<Digest> digest_of_path(std::string_view path);

// The tag of an entry; nullopt for a referrer and for what has no name.
[[nodiscard]] std::optional<std::string> tag_of_entry(const Descriptor& entry);
// All tags, sorted, each once.
[[nodiscard]] std::vector<std::string> tags_of_index(const ImageIndex& index);
// Media type, digest and size of what has that tag. InvalidInput, naming `where`, when several manifests have it.
[[nodiscard]] std::optional<Descriptor> find_tag(const ImageIndex& index, std::string_view tag,
                                                 const std::string& where);
// The one manifest that the index lists beside referrers, signatures and attestations.
[[nodiscard]] std::optional<Descriptor> sole_manifest(const ImageIndex& index);
[[nodiscard]] bool lists(const ImageIndex& index, const Digest& digest) noexcept;

// Lets the tag name this manifest and no other.
void set_tag(ImageIndex& index, const Descriptor& manifest, std::string_view artifact_type, const std::string& tag,
             const Annotations& more = {});
// Lists a manifest that has a subject, unless it is listed; whether it is new.
bool add_referrer(ImageIndex& index, const Descriptor& manifest, const ManifestLinks& links);
// How many entries of that name there were.
std::size_t remove_tag(ImageIndex& index, std::string_view tag);

// The index with its entries sorted: equal content, equal bytes.
[[nodiscard]] std::string index_bytes(ImageIndex index);

}  // namespace waybill::oci
