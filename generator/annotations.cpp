#include "generator/annotations.h"

#include <algorithm>
#include <charconv>

namespace waybill {

const Value* annotations_of(const Value& object) noexcept {
  const Value* metadata = object.find("metadata");
  return metadata == nullptr ? nullptr : metadata->find("annotations");
}

Value* annotations_of(Value& object) noexcept {
  Value* metadata = object.find("metadata");
  return metadata == nullptr ? nullptr : metadata->find("annotations");
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  std::size_t start = 0;
  while (start <= list.size()) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    std::string word(list.substr(start, end - start));
    std::erase(word, ' ');
    words.push_back(std::move(word));
    start = end + 1;
  }
  return words;
}

std::optional<int> whole_number(std::string_view text) noexcept {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace waybill
