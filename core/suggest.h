#pragma once
// "Did you mean": the nearest of a set of words, for messages about unknown names.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waybill {

// The candidate with the smallest edit distance (ties: the first), or empty if none is near enough to be meant: at most
// a third of the longer word's length, or one character of two, is changed.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

// "did you mean 'x'?" or, with no near word, "expected one of a, b, c" (at most `most` of them); empty for no
// candidates.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& candidates,
                                     std::size_t most = 12);

}  // namespace waybill
