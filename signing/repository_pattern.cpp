#include "signing/repository_pattern.h"

#include <vector>

namespace waybill::signing {

bool matches_repository(std::string_view pattern, std::string_view name) {
  // reached[i]: the pattern read so far can stand for the first i characters of the name.
  std::vector<bool> reached(name.size() + 1);
  reached[0] = true;
  for (std::size_t p = 0; p < pattern.size(); ++p) {
    const bool star = pattern[p] == '*';
    const bool across = star && p + 1 < pattern.size() && pattern[p + 1] == '*';
    if (across) ++p;
    std::vector<bool> next(name.size() + 1);
    if (star) next[0] = reached[0];
    for (std::size_t i = 0; i < name.size(); ++i) {
      next[i + 1] =
          star ? reached[i + 1] || (next[i] && (across || name[i] != '/')) : reached[i] && name[i] == pattern[p];
    }
    reached = std::move(next);
  }
  return reached.back();
}

}  // namespace waybill::signing
