#include "signing/pem.h"

#include <fmt/core.h>

#include "core/error.h"
#include "signing/libsodium.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kLongestType = 64;

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a PEM file with one key: {}", name, why));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kWhiteSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kWhiteSpace) - start + 1);
}

// A block as it stands in the text, and what follows it.
struct RawBlock {
  std::string_view type;
  std::string_view base64;
  std::string_view rest;
};

RawBlock next_block(std::string_view text, std::string_view name) {
  const std::string_view type = first_pem_type(text);
  if (type.empty() || !text.starts_with(kBegin)) refuse(name, "it does not begin with a BEGIN line");
  const std::string_view after = text.substr(kBegin.size() + type.size() + kDashes.size());
  const std::string end_line = fmt::format("{}{}{}", kEnd, type, kDashes);
  const std::size_t end = after.find(end_line);
  if (end == std::string_view::npos) refuse(name, "its END line is missing");
  return {type, after.substr(0, end), trimmed(after.substr(end + end_line.size()))};
}

}  // namespace

std::string_view first_pem_type(std::string_view text) noexcept {
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = text.substr(begin + kBegin.size());
  const std::size_t end = rest.find(kDashes);
  // Not found is a position behind every limit.
  if (end > kLongestType || rest.substr(0, end).find('\n') != std::string_view::npos) return {};
  return rest.substr(0, end);
}

PemBlock parse_pem(std::string_view text, std::string_view name) {
  RawBlock block = next_block(trimmed(text), name);
  if (block.type == "EC PARAMETERS") block = next_block(block.rest, name);
  if (!block.rest.empty()) refuse(name, "there is more behind its END line");
  if (block.base64.find(':') != std::string_view::npos) refuse(name, "it has headers, which old encrypted files have");
  SecretBytes body(block.base64.size());
  std::size_t size = 0;
  // White space may stand anywhere; the alphabet and the padding are strict.
  if (body.empty() ||
      libsodium().sodium_base642bin(reinterpret_cast<unsigned char*>(body.bytes().data()), body.size(),
                                    block.base64.data(), block.base64.size(), kWhiteSpace.data(), &size, nullptr,
                                    sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size == 0) {
    refuse(name, "its content is not base64");
  }
  body.truncate(size);
  return {std::string(block.type), std::move(body)};
}

std::string write_pem(std::string_view type, Bytes body) {
  const std::string base64 = to_base64(body);
  std::string text = fmt::format("{}{}{}\n", kBegin, type, kDashes);
  for (std::size_t i = 0; i < base64.size(); i += kColumns) text += base64.substr(i, kColumns) + "\n";
  return text + fmt::format("{}{}{}\n", kEnd, type, kDashes);
}

}  // namespace waybill::signing
