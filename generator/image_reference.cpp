#include "generator/image_reference.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "core/digest.h"
#include "core/error.h"

namespace waybill {
namespace {

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}
bool is_tag(std::string_view text) noexcept {
  constexpr std::size_t kLongest = 128;  // OCI distribution-spec 1.1, "Pulling manifests"
  return !text.empty() && text.size() <= kLongest && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), is_name_character);
}
bool is_repository(std::string_view text) noexcept {
  if (text.empty() || text.front() == '/' || text.back() == '/' || text.find("//") != std::string_view::npos)
    return false;
  const std::size_t slash = text.find('/');
  return std::all_of(text.begin(), text.end(), [&, at = std::size_t{0}](char c) mutable {
    const bool in_host = slash != std::string_view::npos && at < slash;  // where a port may stand
    ++at;
    return is_name_character(c) || c == '/' || (c == ':' && in_host);
  });
}

std::optional<ImageReference> try_parse(std::string_view text) {
  ImageReference reference;
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    const std::optional<Digest> digest = Digest::try_parse(text.substr(at + 1));
    if (!digest) return std::nullopt;
    reference.digest = digest->to_string();
    text = text.substr(0, at);
  }
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon != std::string_view::npos) {
    reference.tag = text.substr(colon + 1);
    if (!is_tag(reference.tag)) return std::nullopt;
    text = text.substr(0, colon);
  }
  reference.repository = text;
  if (!is_repository(text) || (reference.tag.empty() && reference.digest.empty())) return std::nullopt;
  return reference;
}

// A tag or version: text as it is; a number only if its digits are surely those that were written.
std::string version_text(const Value* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->as_string();
  return value->is_int() ? std::to_string(value->as_int()) : std::string();
}

std::optional<ImageReference> from_parts(std::string_view prefix, std::string_view name, const std::string& version) {
  if (name.empty() || version.empty()) return std::nullopt;
  std::string text(prefix);
  while (text.ends_with('/')) text.pop_back();
  if (!text.empty()) text += '/';
  const bool is_digest = version.starts_with("sha256:");
  return try_parse(fmt::format("{}{}{}{}", text, name, is_digest ? '@' : ':', version));
}

std::optional<ImageReference> of_map(const Value& map) {
  const std::string repository = map.text_or("repository", "");
  const std::string image = map.text_or("image", "");
  if (!image.empty()) {
    const std::optional<ImageReference> versioned = from_parts(repository, image, version_text(map.find("version")));
    return versioned ? versioned : try_parse(image);
  }
  const std::string digest = version_text(map.find("digest"));
  return from_parts(map.text_or("registry", ""), repository, digest.empty() ? version_text(map.find("tag")) : digest);
}

}  // namespace

ImageReference ImageReference::parse(std::string_view text) {
  std::optional<ImageReference> reference = try_parse(text);
  if (!reference)
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is not an image with a tag or a digest", text.substr(0, 200)));
  return std::move(*reference);
}

std::string ImageReference::text() const {
  return repository + (tag.empty() ? "" : ":" + tag) + (digest.empty() ? "" : "@" + digest);
}

std::string_view ImageReference::name() const noexcept {
  const std::string_view text = repository;
  const std::size_t slash = text.rfind('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

void collect_images(const Value& value, std::set<ImageReference>& images) {
  if (value.is_list()) {
    for (const Value& item : value.items()) collect_images(item, images);
  }
  if (!value.is_map() || value.text_or("kind", "") == "CustomResourceDefinition") return;
  if (std::optional<ImageReference> reference = of_map(value)) images.insert(std::move(*reference));
  for (const Value::Member& member : value.members()) collect_images(member.value, images);
}

}  // namespace waybill
