#pragma once
// The files of templates/argocd: the two files of the chart that prints Applications, and the health checks.
#include <span>

#include "core/embedded_text.h"

namespace waybill::argocd {

// In byte order of the paths.
[[nodiscard]] std::span<const EmbeddedText> templates() noexcept;

}  // namespace waybill::argocd
