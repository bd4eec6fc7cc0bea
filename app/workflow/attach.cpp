#include "app/workflow/attach.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/workflow/artifact_signer.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "core/suggest.h"

namespace waybill {
namespace {

constexpr std::uint64_t kLargestDocument = 64ULL << 20;

struct DocumentType {
  std::string_view name;
  std::string_view media_type;
  std::string_view member;  // that such a document has; empty: no JSON
};
// The media types that trivy, grype and oras look for (spec: oci-and-signing 7.4).
constexpr std::array<DocumentType, 7> kTypes{{
    {"cyclonedx", "application/vnd.cyclonedx+json", "bomFormat"},
    {"intoto", "application/vnd.in-toto+json", "_type"},
    {"openvex", "application/vnd.openvex+json", "@context"},
    {"sarif", "application/sarif+json", "runs"},
    {"spdx", "text/spdx", ""},
    {"spdxjson", "application/spdx+json", "spdxVersion"},
    {"syft", "application/vnd.syft+json", "artifacts"},
}};

// RFC 6838, 4.2: type "/" subtype.
bool is_media_type(std::string_view text) noexcept {
  const auto is_word = [](std::string_view word) {
    return !word.empty() && word.size() <= 127 && std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
    });
  };
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_word(text.substr(0, slash)) && is_word(text.substr(slash + 1));
}

std::string media_type_of(const std::string& type, const std::string& document, const std::string& file) {
  const auto known = std::find_if(kTypes.begin(), kTypes.end(), [&](const DocumentType& t) { return t.name == type; });
  if (known == kTypes.end()) {
    if (is_media_type(type)) return type;
    std::vector<std::string> names;
    names.reserve(kTypes.size());
    for (const DocumentType& one : kTypes) names.emplace_back(one.name);
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no type of document", type))
        .hint(suggestion(type, names) + ", or write a media type");
  }
  if (!known->member.empty() && json::parse(document, file, {.bytes = kLargestDocument}).find(known->member) == nullptr)
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is no document of the type {}: it has no '{}'", file, type, known->member));
  return std::string(known->media_type);
}

}  // namespace

AttachResult attach(const AttachRequest& request, const Services& services) {
  if (request.file.empty() || request.type.empty())
    throw Error(ErrorCode::InvalidInput, "nothing to attach: --file FILE and --type TYPE are needed");
  const oci::Target target = oci::parse_target(request.target);
  if (std::holds_alternative<oci::PathTarget>(target)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("nothing can be attached to the path '{}'", request.target))
        .hint("write oci://HOST/REPOSITORY:TAG or oci-layout:FOLDER:TAG");
  }
  const std::string document = read_file(request.file, kLargestDocument);
  const std::string media_type = media_type_of(request.type, document, request.file);
  const std::unique_ptr<oci::Store> store = open_store(target, MissingLayout::Refuse, request.connection, services);
  const oci::Descriptor artifact = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
  const std::string title = std::filesystem::path(request.file).filename().string();
  const Digest referrer = attach_document(*store, artifact, media_type, title, document, services.artifact_epoch());
  return {request.target, artifact.digest.to_string(), referrer.to_string(), media_type};
}

Value to_value(const AttachResult& result) {
  return Value::map({{"target", result.target},
                     {"digest", result.digest},
                     {"referrer", result.referrer},
                     {"mediaType", result.media_type}});
}

}  // namespace waybill
