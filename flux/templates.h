#pragma once
// The files of templates/flux: health_checks.yaml.
#include <span>

#include "core/embedded_text.h"

namespace waybill::flux {

// In byte order of the paths.
[[nodiscard]] std::span<const EmbeddedText> templates() noexcept;

}  // namespace waybill::flux
