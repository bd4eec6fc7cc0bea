#include "core/http/url.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/error.h"

namespace waybill::http {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_host(std::string_view host) noexcept {
  if (host.empty() || host.size() > 255) return false;
  if (host.front() == '[') {
    if (host.size() < 4 || host.back() != ']') return false;
    in6_addr address = {};
    return ::inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address) == 1;
  }
  if (host.front() == '.' || host.front() == '-') return false;
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

std::uint16_t default_port(std::string_view scheme) noexcept { return scheme == "https" ? 443 : 80; }

Error malformed(std::string_view what) {
  return Error(ErrorCode::InvalidInput, fmt::format("malformed address: {}", what));
}

std::optional<std::array<std::uint8_t, 4>> ipv4(const std::string& host) {
  in_addr address = {};
  if (::inet_pton(AF_INET, host.c_str(), &address) != 1) return std::nullopt;
  const std::uint32_t number = ntohl(address.s_addr);
  return std::array<std::uint8_t, 4>{static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                                     static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

bool is_private_ipv4(const std::array<std::uint8_t, 4>& a) noexcept {
  return a[0] == 0 || a[0] == 10 || a[0] == 127 || (a[0] == 100 && (a[1] & 0xC0) == 64) ||
         (a[0] == 169 && a[1] == 254) || (a[0] == 172 && (a[1] & 0xF0) == 16) || (a[0] == 192 && a[1] == 168);
}

// Hosts that libcurl's resolver reads as numbers though inet_pton does not: "127.1", "0x7f000001", "2130706433".
bool looks_numeric(const std::string& host) noexcept {
  const std::size_t dot = host.find_last_of('.');
  const std::string_view last =
      dot == std::string::npos ? std::string_view(host) : std::string_view(host).substr(dot + 1);
  return !last.empty() && is_digit(last.front());
}

}  // namespace

Url Url::parse(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '\\' || c == '"' || c == '<' || c == '>') {
      throw malformed("it has a character that must not occur in one");
    }
  }
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) throw malformed("expected http:// or https://");
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") {
    throw malformed(fmt::format("'{}' is neither http nor https", url.scheme));
  }
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos) throw malformed("credentials do not belong into an address");
  url.target = std::string(rest.substr(end));
  if (url.target.empty() || url.target.front() != '/') url.target.insert(0, "/");
  const std::size_t bracket = authority.rfind(']');
  std::size_t port = authority.rfind(':');
  if (port != std::string_view::npos && bracket != std::string_view::npos && port < bracket)
    port = std::string_view::npos;
  url.host = lower(authority.substr(0, port));
  if (!is_host(url.host)) throw malformed("it has no valid host");
  url.port = default_port(url.scheme);
  if (port != std::string_view::npos) {
    const std::string_view digits = authority.substr(port + 1);
    const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc() || last != digits.data() + digits.size() || url.port == 0) {
      throw malformed(fmt::format("host '{}' is followed by no valid port", url.host));
    }
  }
  return url;
}

Url Url::resolve(std::string_view reference) const {
  const std::size_t first = reference.find_first_of(":/?#");
  if (first != std::string_view::npos && reference[first] == ':') return parse(reference);
  if (reference.starts_with("//")) return parse(fmt::format("{}:{}", scheme, reference));
  const std::string origin = fmt::format("{}://{}", scheme, authority());
  if (reference.starts_with('/')) return parse(origin + std::string(reference));
  const std::string path = target.substr(0, target.find('?'));
  if (reference.empty()) return parse(origin + target);
  if (reference.starts_with('?')) return parse(origin + path + std::string(reference));
  return parse(origin + path.substr(0, path.rfind('/') + 1) + std::string(reference));
}

std::string Url::to_string() const { return fmt::format("{}://{}{}", scheme, authority(), target); }

std::string Url::authority() const { return port == default_port(scheme) ? host : fmt::format("{}:{}", host, port); }

bool Url::same_origin(const Url& other) const noexcept {
  return scheme == other.scheme && host == other.host && port == other.port;
}

bool Url::is_loopback() const noexcept {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  const auto address = ipv4(host);
  return address && (*address)[0] == 127;
}

bool Url::is_private_address() const noexcept {
  if (is_loopback()) return true;
  if (host.front() == '[') {
    in6_addr address = {};
    if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) != 1) return true;
    const std::uint8_t* bytes = address.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&address)) return is_private_ipv4({bytes[12], bytes[13], bytes[14], bytes[15]});
    return IN6_IS_ADDR_UNSPECIFIED(&address) || (bytes[0] & 0xFE) == 0xFC ||
           (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80);
  }
  const auto address = ipv4(host);
  return address ? is_private_ipv4(*address) : looks_numeric(host);
}

std::string percent_encode(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

}  // namespace waybill::http
