#include "git/commit_message.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/error.h"

namespace waybill::git {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_trailer_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::string commit_message(std::string_view message, const std::vector<Trailer>& trailers) {
  const std::size_t last = message.find_last_not_of(" \t\n");
  if (last == std::string_view::npos) throw Error(ErrorCode::InvalidInput, "the commit message is empty");
  std::string result(message.substr(0, last + 1));
  if (!is_utf8(result) || std::ranges::any_of(result, [](char c) { return is_control(c) && c != '\n' && c != '\t'; })) {
    throw Error(ErrorCode::InvalidInput, "the commit message is not plain UTF-8 text");
  }
  result += '\n';
  if (!trailers.empty()) result += '\n';
  for (const Trailer& trailer : trailers) {
    if (!is_trailer_key(trailer.key)) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'{}' is not a trailer key: only letters, digits and '-'", trailer.key));
    }
    if (trailer.value.empty() || !is_utf8(trailer.value) || std::ranges::any_of(trailer.value, is_control)) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the value of the trailer '{}' is not one line of text", trailer.key));
    }
    result += fmt::format("{}: {}\n", trailer.key, trailer.value);
  }
  return result;
}

}  // namespace waybill::git
