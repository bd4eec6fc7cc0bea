#pragma once
// The README.md of a bundle: what it holds and how it is installed, upgraded, mended and removed.
#include <string>

#include "argocd/render.h"

namespace waybill::argocd {

[[nodiscard]] std::string readme(const Plan& plan, const Recipe& recipe, const RenderOptions& options);

}  // namespace waybill::argocd
