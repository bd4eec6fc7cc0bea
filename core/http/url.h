#pragma once
// An absolute http or https address, taken apart strictly: who is asked, and whether two addresses are the same place,
// decides where a secret may go. Anything unusual (user names, control characters, backslashes, odd ports) is refused,
// so that this parser and libcurl's cannot disagree.
#include <cstdint>
#include <string>
#include <string_view>

namespace waybill::http {

struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case; IPv6 in brackets
  std::uint16_t port = 0;  // always known
  std::string target;      // path and query, begins with '/'

  // Throws InvalidInput; the message holds nothing that follows the host.
  [[nodiscard]] static Url parse(std::string_view text);
  // A Location or Link target, absolute or relative to this one (RFC 3986 section 5.2, without dot segments).
  [[nodiscard]] Url resolve(std::string_view reference) const;

  // The port is left out where it is the scheme's own.
  [[nodiscard]] std::string to_string() const;
  // "host" or "host:port"
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] bool same_origin(const Url& other) const noexcept;
  // "localhost" and its subdomains, 127.0.0.0/8, [::1].
  [[nodiscard]] bool is_loopback() const noexcept;
  // An IP literal in a loopback, private, link-local or unspecified range.
  [[nodiscard]] bool is_private_address() const noexcept;
};

// All but A-Z a-z 0-9 - . _ ~ as %XX (RFC 3986 section 2.1).
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace waybill::http
