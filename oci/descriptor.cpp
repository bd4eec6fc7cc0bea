#include "oci/descriptor.h"

#include <fmt/core.h>

#include "core/error.h"

namespace waybill::oci {
namespace {

const Value& required(const Value& value, std::string_view key, std::string_view where) {
  const Value* member = value.find(key);
  if (member == nullptr) throw Error(ErrorCode::InvalidInput, fmt::format("{} has no '{}'", where, key));
  return *member;
}

std::string text(const Value& value, std::string_view key, std::string_view where) {
  if (!value.is_string()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' of {} is {}, expected text", key, where, value.kind_name()));
  }
  return value.as_string();
}

}  // namespace

Descriptor describe(std::string_view bytes, std::string_view media_type, DigestAlgorithm algorithm) {
  return {std::string(media_type), digest_of(algorithm, bytes), bytes.size(), {}, {}, {}};
}

bool same_content(const Descriptor& left, const Descriptor& right) noexcept {
  return left.digest == right.digest && left.size == right.size && left.media_type == right.media_type;
}

Value to_value(const Annotations& annotations) {
  Value result = Value::map();
  for (const auto& [key, value] : annotations) result.set(key, value);
  return result;
}

Annotations annotations_from_value(const Value& value, std::string_view where) {
  Annotations result;
  if (value.is_null()) return result;  // Go writes null for an absent map
  if (!value.is_map()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'annotations' of {} is {}, expected a mapping", where, value.kind_name()));
  }
  for (const auto& [key, member] : value.members()) result.emplace(key, text(member, key, where));
  return result;
}

Value to_value(const Descriptor& descriptor) {
  Value result = Value::map();
  result.set("mediaType", descriptor.media_type);
  result.set("digest", descriptor.digest.to_string());
  result.set("size", descriptor.size);
  if (descriptor.other.is_map()) {
    for (const auto& [key, value] : descriptor.other.members()) result.set(key, value);
  }
  if (!descriptor.annotations.empty()) result.set("annotations", to_value(descriptor.annotations));
  if (!descriptor.artifact_type.empty()) result.set("artifactType", descriptor.artifact_type);
  return result;
}

Descriptor descriptor_from_value(const Value& value, std::string_view where) {
  if (!value.is_map()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} is {}, expected a descriptor", where, value.kind_name()));
  }
  const Value& size = required(value, "size", where);
  if (!size.is_int() || !std::holds_alternative<std::int64_t>(size.data()) || size.as_int() < 0) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'size' of {} is no valid size", where));
  }
  const std::string digest = text(required(value, "digest", where), "digest", where);
  const std::optional<Digest> parsed = Digest::try_parse(digest);
  if (!parsed) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'digest' of {} is '{}', expected 'sha256:' and 64, or 'sha512:' and 128, lower-case "
                            "hexadecimal digits",
                            where, digest.substr(0, 200)));
  }
  Descriptor result{text(required(value, "mediaType", where), "mediaType", where),
                    *parsed,
                    static_cast<std::uint64_t>(size.as_int()),
                    {},
                    {},
                    {}};
  if (result.media_type.empty()) throw Error(ErrorCode::InvalidInput, fmt::format("'mediaType' of {} is empty", where));
  for (const auto& [key, member] : value.members()) {
    if (key == "mediaType" || key == "digest" || key == "size") continue;
    if (key == "annotations") {
      result.annotations = annotations_from_value(member, where);
    } else if (key == "artifactType") {
      result.artifact_type = text(member, key, where);
    } else {
      result.other.set(key, member);
    }
  }
  return result;
}

}  // namespace waybill::oci
