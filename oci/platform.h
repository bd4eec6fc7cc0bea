#pragma once
// One image of an index, chosen by what it runs on (image-spec 1.1, "Image Index Property Descriptions").
#include <string>
#include <string_view>

#include "oci/store.h"

namespace waybill::oci {

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;  // empty: any

  // "linux/arm64" or "linux/arm64/v8"; InvalidInput otherwise.
  [[nodiscard]] static Platform parse(std::string_view text);
};

// "linux/arm64/v8", or empty when the value has no os and architecture. The members are those of an index's
// "platform" and of an image's config alike.
[[nodiscard]] std::string platform_text(const Value& value);
// What an index says of one of its manifests, in the same words; empty when it says nothing.
[[nodiscard]] std::string platform_of(const Descriptor& manifest);

// The first manifest of an index for this platform, or the manifest itself when it is an image for it. NotFound, naming
// the platforms that there are; InvalidInput for what is no image.
[[nodiscard]] Descriptor select_platform(StoreReader& store, const Descriptor& manifest, const Platform& platform);

}  // namespace waybill::oci
