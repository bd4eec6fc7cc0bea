#include "signing/simple_signing.h"

#include <fmt/core.h>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "signing/strict_json.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kType = "cosign container image signature";

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the signature's payload {}", why));
}

// containers/image gives two names of `optional` a fixed kind.
std::map<std::string, std::string> parse_optional(const Value& optional) {
  std::map<std::string, std::string> annotations;
  if (optional.is_null()) return annotations;
  if (!optional.is_map()) refuse("has an 'optional' that is neither an object nor null");
  for (const Value::Member& member : optional.members()) {
    if (member.key == "creator" && !member.value.is_string()) refuse("has a 'creator' that is no text");
    if (member.key == "timestamp" && !member.value.is_int()) refuse("has a 'timestamp' that is no integer");
    if (member.value.is_string()) annotations.emplace(member.key, member.value.as_string());
  }
  return annotations;
}

}  // namespace

std::string write_simple_signing(const SimpleSigning& payload) {
  Value optional;
  for (const auto& [name, value] : payload.annotations) optional.set(name, value);
  const Value critical = Value::map({{"identity", Value::map({{"docker-reference", payload.docker_reference}})},
                                     {"image", Value::map({{"docker-manifest-digest", payload.manifest.to_string()}})},
                                     {"type", kType}});
  return json::write(Value::map({{"critical", critical}, {"optional", std::move(optional)}}));
}

SimpleSigning parse_simple_signing(std::string_view text) {
  constexpr std::string_view kWhere = "the signature's payload";
  const Value root = json::parse(text, kWhere, {.bytes = kLargestSimpleSigningPayload, .depth = 16});
  require_object(root, kWhere, {"critical", "optional"});
  const Value& critical = require_member(root, kWhere, "critical");
  require_object(critical, "'critical'", {"type", "image", "identity"});
  const Value& image = require_member(critical, "'critical'", "image");
  require_object(image, "'image'", {"docker-manifest-digest"});
  const Value& identity = require_member(critical, "'critical'", "identity");
  require_object(identity, "'identity'", {"docker-reference"});
  if (require_text(critical, "'critical'", "type") != kType) refuse("is not that of a container signature");
  const std::optional<Digest> digest = Digest::try_parse(require_text(image, "'image'", "docker-manifest-digest"));
  if (!digest || digest->algorithm() != DigestAlgorithm::Sha256) refuse("names no SHA-256 digest");
  return {require_text(identity, "'identity'", "docker-reference"), *digest,
          parse_optional(require_member(root, kWhere, "optional"))};
}

std::string sign_simple_signing(const PrivateKey& key, std::string_view payload) {
  return to_base64(as_bytes(key.sign(as_bytes(payload))));
}

}  // namespace waybill::signing
