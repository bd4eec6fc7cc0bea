#include "oci/platform.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/json/reader.h"
#include "oci/manifest.h"
#include "oci/media_types.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kLargestConfig = 8ULL << 20;

bool fits(const Value& value, const Platform& wanted) {
  const std::string architecture = value.text_or("architecture", "");
  if (value.text_or("os", "") != wanted.os || architecture != wanted.architecture) return false;
  std::string variant = value.text_or("variant", "");
  // containerd's normal forms: arm64 is v8, arm is v7.
  if (variant.empty() && architecture == "arm64") variant = "v8";
  if (variant.empty() && architecture == "arm") variant = "v7";
  return wanted.variant.empty() || variant == wanted.variant;
}

Error no_platform(StoreReader& store, const Descriptor& manifest, const Platform& wanted, const std::string& there) {
  const std::string variant = wanted.variant.empty() ? "" : "/" + wanted.variant;
  return Error(ErrorCode::NotFound, fmt::format("{} of '{}' has nothing for {}/{}{}", manifest.digest.to_string(),
                                                store.name(), wanted.os, wanted.architecture, variant))
      .hint(there.empty() ? std::string() : fmt::format("there is {}", there));
}

}  // namespace

Platform Platform::parse(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  bool sound = parts.size() == 2 || parts.size() == 3;
  for (const std::string& part : parts) sound = sound && !part.empty();
  if (!sound) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no platform", text.substr(0, 100)))
        .hint("write OS/ARCHITECTURE[/VARIANT], such as linux/arm64");
  }
  return {parts[0], parts[1], parts.size() == 3 ? parts[2] : std::string()};
}

std::string platform_text(const Value& value) {
  const std::string os = value.text_or("os", "");
  const std::string architecture = value.text_or("architecture", "");
  const std::string variant = value.text_or("variant", "");
  if (os.empty() || architecture.empty()) return {};
  return fmt::format("{}/{}{}{}", os, architecture, variant.empty() ? "" : "/", variant);
}

std::string platform_of(const Descriptor& manifest) {
  const Value* platform = manifest.other.find("platform");
  return platform == nullptr ? std::string() : platform_text(*platform);
}

Descriptor select_platform(StoreReader& store, const Descriptor& manifest, const Platform& platform) {
  const FetchedManifest fetched = require_manifest(store, manifest.digest);
  const AnyManifest parsed = parse_manifest(fetched.bytes, fetched.descriptor.media_type);
  if (const auto* index = std::get_if<ImageIndex>(&parsed)) {
    std::vector<std::string> there;
    for (const Descriptor& child : index->manifests) {
      const Value* value = child.other.find("platform");
      if (value == nullptr) continue;
      if (fits(*value, platform)) {
        if (!store.resolve(child.digest)) {
          throw Error(ErrorCode::NotFound,
                      fmt::format("'{}' has no manifest {}, which its index {} names for {}", store.name(),
                                  child.digest.to_string(), manifest.digest.to_string(), platform_text(*value)));
        }
        return {child.media_type, child.digest, child.size, {}, {}, {}};
      }
      if (std::string text = platform_text(*value); !text.empty()) there.push_back(std::move(text));
    }
    throw no_platform(store, manifest, platform, fmt::format("{}", fmt::join(there, ", ")));
  }
  const Descriptor& config = std::get<ImageManifest>(parsed).config;
  if (config.media_type != media_type::kImageConfig && config.media_type != media_type::kDockerImageConfig) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("{} of '{}' is no image and has no platform", manifest.digest.to_string(), store.name()))
        .hint("leave --platform out");
  }
  const Value document = json::parse(fetch_bytes(store, config, kLargestConfig), "config of the image");
  if (!fits(document, platform)) throw no_platform(store, manifest, platform, platform_text(document));
  return manifest;
}

}  // namespace waybill::oci
