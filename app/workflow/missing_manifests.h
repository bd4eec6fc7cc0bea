#pragma once
// What indexes name and their source does not have, as results tell it.
#include <vector>

#include "core/value.h"
#include "oci/descriptor.h"

namespace waybill {

// A list of {"digest", "platform"}; the platform, "linux/arm64", only where the index says one.
[[nodiscard]] Value missing_manifests(const std::vector<oci::Descriptor>& missing);

}  // namespace waybill
