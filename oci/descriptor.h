#pragma once
// What points at content: its type, digest and size (OCI image-spec 1.1, "Descriptors").
//
// Members that this program does not use (platform, urls, data, unknown ones) are kept and written back unchanged, so
// an index that somebody else made can be extended without losing anything.
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/value.h"

namespace waybill::oci {

using Annotations = std::map<std::string, std::string>;

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::string artifact_type;  // empty: none
  Annotations annotations;
  Value other;  // null, or a map of the members not named above

  bool operator==(const Descriptor&) const = default;
};

// The descriptor of these very bytes.
[[nodiscard]] Descriptor describe(std::string_view bytes, std::string_view media_type,
                                  DigestAlgorithm algorithm = DigestAlgorithm::Sha256);
// The same content, whatever the annotations say.
[[nodiscard]] bool same_content(const Descriptor& left, const Descriptor& right) noexcept;

[[nodiscard]] Value to_value(const Descriptor& descriptor);
// Throws InvalidInput, naming `where`, unless mediaType, digest and size are there and every known member has its type.
[[nodiscard]] Descriptor descriptor_from_value(const Value& value, std::string_view where);

// Annotations as a map with sorted keys, and back; `where` is for the message.
[[nodiscard]] Value to_value(const Annotations& annotations);
[[nodiscard]] Annotations annotations_from_value(const Value& value, std::string_view where);

}  // namespace waybill::oci
