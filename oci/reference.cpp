#include "oci/reference.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/http/url.h"

namespace waybill::oci {
namespace {

bool is_lower_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_word(char c) noexcept { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_component(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t start = i;
    while (i < text.size() && is_lower_or_digit(text[i])) ++i;
    if (i == start) return false;
    if (i == text.size()) return true;
    const std::size_t separator = i;
    while (i < text.size() && !is_lower_or_digit(text[i])) ++i;
    const std::string_view between = text.substr(separator, i - separator);
    const bool dashes = between.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && between != "." && between != "_" && between != "__") return false;
  }
  return false;  // empty, or a separator at the end
}

constexpr std::size_t kTagDigits = 64;  // of the digest in a tag

std::optional<http::Url> registry_url(std::string_view registry) {
  if (registry.find_first_of("/?#@") != std::string_view::npos) return std::nullopt;
  try {
    return http::Url::parse(fmt::format("https://{}", registry));
  } catch (const Error&) {
    return std::nullopt;
  }
}

Error malformed(std::string_view text, std::string_view what) {
  return Error(ErrorCode::InvalidInput, fmt::format("'{}' is no reference: {}", text.substr(0, 300), what))
      .hint(
          "expected HOST[:PORT]/REPOSITORY[:TAG][@DIGEST], where DIGEST is sha256: and 64, or sha512: and 128, "
          "lower-case hexadecimal digits");
}

}  // namespace

bool is_tag(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 128 && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_repository(std::string_view text) noexcept {
  std::size_t start = 0;
  while (true) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    if (!is_component(text.substr(start, end - start))) return false;
    if (end == text.size()) return true;
    start = end + 1;
  }
}

void check_tag(std::string_view text) {
  if (is_tag(text)) return;
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no tag", text.substr(0, 200)))
      .hint("a tag has at most 128 letters, digits, '.', '_' and '-', and begins with none of '.' and '-'");
}

Reference Reference::parse(std::string_view text) {
  Reference result;
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    result.digest = Digest::try_parse(rest.substr(at + 1));
    if (!result.digest) throw malformed(text, "what follows '@' is no digest");
    rest = rest.substr(0, at);
  }
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) throw malformed(text, "it has no '/' between registry and repository");
  result.registry = std::string(rest.substr(0, slash));
  std::string_view path = rest.substr(slash + 1);
  if (const std::size_t colon = path.find(':'); colon != std::string_view::npos) {
    result.tag = std::string(path.substr(colon + 1));
    if (!is_tag(*result.tag)) throw malformed(text, fmt::format("'{}' is no tag", *result.tag));
    path = path.substr(0, colon);
  }
  result.repository = std::string(path);
  const auto url = registry_url(result.registry);
  if (!url) throw malformed(text, fmt::format("'{}' is no registry", result.registry));
  // The distribution-spec leaves open what a bare word is, and tools disagree: only what must be a host is taken for
  // one.
  if (result.registry.find_first_of(".:") == std::string::npos && result.registry != "localhost") {
    throw malformed(text, fmt::format("'{}' does not name a registry: write its full host name", result.registry));
  }
  if (!is_repository(result.repository)) {
    throw malformed(text, fmt::format("'{}' is no repository: lower-case words, joined by '/', '.', '_' or '-'",
                                      result.repository));
  }
  if (result.registry.size() + 1 + result.repository.size() > 255) throw malformed(text, "it is longer than 255 bytes");
  return result;
}

std::string Reference::to_string() const {
  std::string result = name();
  if (tag) result += ":" + *tag;
  if (digest) result += "@" + digest->to_string();
  return result;
}

std::string digest_tag(const Digest& digest, std::string_view suffix) {
  return fmt::format("{}-{}{}", name_of(digest.algorithm()), digest.hex().substr(0, kTagDigits), suffix);
}

bool is_digest_tag(std::string_view tag) noexcept {
  if (!(tag.starts_with("sha256-") || tag.starts_with("sha512-")) || tag.size() < kDigestTagLength) return false;
  const std::string_view hex = tag.substr(kDigestTagLength - kTagDigits, kTagDigits);
  if (hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) return false;
  return tag.size() == kDigestTagLength || tag[kDigestTagLength] == '.';
}

bool is_loopback(std::string_view registry) noexcept {
  const auto url = registry_url(registry);
  return url && url->is_loopback();
}

}  // namespace waybill::oci
