#pragma once
// Container images that values and manifests name. Charts have many habits; only what is surely a reference counts:
//
//   image: registry/name:tag                                     in values and manifests, with a tag or a digest
//   image: {registry: r, repository: n, tag: t}                  a map with repository and tag (or digest)
//   {repository: r, image: n, version: t}, {image: n, version: t}   NVIDIA's operators
#include <set>
#include <string>
#include <string_view>

#include "core/value.h"

namespace waybill {

struct ImageReference {
  std::string repository;  // "registry.example.com/team/app"; without a registry: as written
  std::string tag;
  std::string digest;  // "sha256:…"

  // Throws InvalidInput unless the text is NAME[:TAG][@DIGEST] with a tag or a digest.
  [[nodiscard]] static ImageReference parse(std::string_view text);
  [[nodiscard]] std::string text() const;                // NAME:TAG@DIGEST
  [[nodiscard]] std::string_view name() const noexcept;  // the last part of the repository
  auto operator<=>(const ImageReference&) const = default;
};

// Adds the images that a tree of values or an object names. Definitions of kinds (their schemas describe images) are
// left out.
void collect_images(const Value& value, std::set<ImageReference>& images);

}  // namespace waybill
