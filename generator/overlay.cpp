#include "generator/overlay.h"

namespace waybill {

bool matches(const Overlay& overlay, const Criteria& query) noexcept {
  if (!overlay.criteria) return false;
  for (const Dimension dimension : kDimensions) {
    const std::string& wanted = (*overlay.criteria)[static_cast<std::size_t>(dimension)];
    if (wanted.empty() || wanted == kAny) continue;
    if (wanted != query.get(dimension)) return false;
  }
  return overlay.nodes == 0 || overlay.nodes == query.nodes();
}

}  // namespace waybill
