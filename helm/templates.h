#pragma once
// The files of templates/helm: the two scripts with what they share, and the template of the local charts.
#include <span>

#include "core/embedded_text.h"

namespace waybill::helm {

// In byte order of the paths.
[[nodiscard]] std::span<const EmbeddedText> templates() noexcept;

}  // namespace waybill::helm
