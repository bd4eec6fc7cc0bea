#pragma once
// Where a git repository lies: a URL, the short form of ssh ("git@host:path") or a folder. The credentials that a URL
// may carry are taken out at once, so that no message, result or cache name can hold them.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace waybill::git {

enum class Transport : std::uint8_t { Folder, Git, Http, Https, Ssh };

class RemoteAddress {
 public:
  // http, https, ssh (git+ssh, ssh+git), git and file URLs; text without a scheme is ssh's short form when a ':' comes
  // before any '/' and no such folder exists, else a folder. Throws InvalidInput for other schemes, an empty host,
  // control characters, a bad port or escape, a query, and for a host or a user of ssh that is no plain name.
  [[nodiscard]] static RemoteAddress parse(std::string_view text);

  [[nodiscard]] Transport transport() const noexcept { return transport_; }
  [[nodiscard]] bool is_folder() const noexcept { return transport_ == Transport::Folder; }
  // Lower case, without brackets; empty for a folder.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  // 0: the scheme's default.
  [[nodiscard]] int port() const noexcept { return port_; }
  // "host" or "host:port", with brackets around numbers of IPv6, as URLs have it.
  [[nodiscard]] std::string authority() const;
  // From the URL, or "git" for ssh; may be empty.
  [[nodiscard]] const std::string& user() const noexcept { return user_; }
  [[nodiscard]] const SecretBytes& password() const noexcept { return password_; }
  // For a folder its path; otherwise the path of the URL as written, with its leading '/'.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // What a git service is asked for: without escapes, and relative to the account's home for "host:path" and "/~".
  [[nodiscard]] std::string service_path() const;
  // What libgit2 connects to, what people see, and what names the cache: no password, and a user only for ssh.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  // Whether the host is this machine by name ("localhost") or number (127.0.0.0/8, ::1).
  [[nodiscard]] bool is_loopback() const noexcept;

 private:
  RemoteAddress() = default;
  Transport transport_ = Transport::Folder;
  std::string host_;
  int port_ = 0;
  std::string user_;
  SecretBytes password_;
  std::string path_;
  std::string text_;
  bool short_form_ = false;
};

// The host with the brackets that a URL has around numbers of IPv6.
[[nodiscard]] std::string bracketed(const std::string& host);

}  // namespace waybill::git
