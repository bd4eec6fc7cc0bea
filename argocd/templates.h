#pragma once
// The files of templates/argocd, as they were when the program was compiled: the two files of the chart that prints
// Applications, and the health checks.
#include <span>
#include <string_view>

namespace waybill::argocd {

struct Template {
  std::string_view path;  // "health/argoproj.io_Application.lua"
  std::string_view text;
};

// In byte order of the paths. Defined in a source that the build generates (cmake/embed_texts.cmake).
[[nodiscard]] std::span<const Template> templates() noexcept;

}  // namespace waybill::argocd
