#pragma once
// What a user names on the command line: a registry, a layout folder, an archive, or a plain path.
//
//   oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]   oci-layout:FOLDER[:TAG][@DIGEST]
//   oci-archive:FILE[:TAG]                        docker-archive:FILE[:TAG]         a path
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/digest.h"
#include "oci/reference.h"

namespace waybill::oci {

struct RegistryTarget {
  Reference reference;
  bool operator==(const RegistryTarget&) const = default;
};

struct LayoutTarget {
  std::filesystem::path folder;
  std::optional<std::string> tag;
  std::optional<Digest> digest;
  bool operator==(const LayoutTarget&) const = default;
};

struct ArchiveTarget {
  std::filesystem::path file;
  std::optional<std::string> tag;
  bool operator==(const ArchiveTarget&) const = default;
};

struct DockerArchiveTarget {
  std::filesystem::path file;
  std::optional<std::string> tag;
  bool operator==(const DockerArchiveTarget&) const = default;
};

struct PathTarget {
  std::filesystem::path path;
  bool operator==(const PathTarget&) const = default;
};

using Target = std::variant<RegistryTarget, LayoutTarget, ArchiveTarget, DockerArchiveTarget, PathTarget>;

// Throws InvalidInput, saying what was expected. In a layout or archive the last ':' begins a tag only if no '/'
// follows and what follows is a tag, so "oci-layout:a:b/c" is the folder "a:b/c". Unknown schemes ("http://",
// "docker://") are refused.
[[nodiscard]] Target parse_target(std::string_view text);
// What parse_target reads back.
[[nodiscard]] std::string to_string(const Target& target);

[[nodiscard]] std::optional<std::string> tag_of(const Target& target);
[[nodiscard]] std::optional<Digest> digest_of(const Target& target);

}  // namespace waybill::oci
