#include "git/remote_address.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>

#include "core/bytes.h"
#include "core/error.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

struct Scheme {
  std::string_view name;
  Transport transport;
};
constexpr std::array kSchemes = {Scheme{"https", Transport::Https}, Scheme{"http", Transport::Http},
                                 Scheme{"ssh", Transport::Ssh},     Scheme{"git+ssh", Transport::Ssh},
                                 Scheme{"ssh+git", Transport::Ssh}, Scheme{"git", Transport::Git},
                                 Scheme{"file", Transport::Folder}};

// Never quotes the text: it may hold a password.
[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the address of the git repository {}", why))
      .hint("a folder, https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH or git://HOST/PATH");
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const auto byte = i + 2 < text.size() ? from_hex(lower(text.substr(i + 1, 2))) : std::nullopt;
    if (!byte || static_cast<unsigned char>((*byte)[0]) < 0x20) refuse("holds a malformed escape");
    result += *byte;
    i += 2;
  }
  return result;
}

std::string checked_host(std::string_view text) {
  std::string host = lower(text);
  const bool fine = !host.empty() && host.front() != '-' && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
  });
  if (!fine) refuse("has no proper host");
  return host;
}

// The name of an account; it becomes part of the address again.
void check_ssh_user(std::string_view user) {
  const bool fine = !user.empty() && user.front() != '-' && std::ranges::all_of(user, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
  if (!fine) refuse("has no proper user name");
}

int checked_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535)
    refuse("has no proper port");
  return port;
}

struct HostAndPort {
  std::string host;
  int port = 0;
};

HostAndPort split_host(std::string_view text) {
  HostAndPort result;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) refuse("has no proper host");
    result.host = checked_host(text.substr(1, close - 1));
    port = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    result.host = checked_host(text.substr(0, colon));
    port = text.substr(colon);
  }
  if (!port.empty() && port.front() != ':') refuse("has no proper host");
  if (port.size() > 1) result.port = checked_port(port.substr(1));
  return result;
}

// The colon of "host:path", if this is ssh's short form.
std::optional<std::size_t> short_form_colon(std::string_view text) {
  const std::size_t start = text.find('[') < text.find('/') ? std::min(text.find(']'), text.size()) : 0;
  const std::size_t colon = text.find(':', start);
  if (colon == std::string_view::npos || colon == 0 || text.find('/') < colon) return std::nullopt;
  std::error_code ignored;
  if (fs::exists(fs::path(text), ignored)) return std::nullopt;
  return colon;
}

}  // namespace

RemoteAddress RemoteAddress::parse(std::string_view text) {
  if (text.empty()) refuse("is empty");
  if (!is_utf8(text) ||
      std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    refuse("holds control characters");
  }
  RemoteAddress result;
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos) {
    const auto colon = short_form_colon(text);
    if (!colon) {
      result.path_ = std::string(text);
      result.text_ = result.path_;
      return result;
    }
    // "helper::address" runs a program of that name in git; here it is nothing.
    if (text.substr(*colon).starts_with("::")) refuse("names a remote helper, which is not supported");
    result.transport_ = Transport::Ssh;
    const std::string_view front = text.substr(0, *colon);
    const std::size_t at = front.rfind('@');
    result.user_ = at == std::string_view::npos ? "git" : std::string(front.substr(0, at));
    check_ssh_user(result.user_);
    const HostAndPort place = split_host(at == std::string_view::npos ? front : front.substr(at + 1));
    result.host_ = place.host;
    const std::string path(text.substr(*colon + 1));
    if (path.empty()) refuse("has no path");
    if (path.starts_with('-')) refuse("has a path that the other end would take for an option");
    result.path_ = path.starts_with('/') ? path : "/" + path;
    result.short_form_ = true;
    result.text_ = fmt::format("{}@{}:{}", result.user_, bracketed(result.host_), path);
    return result;
  }

  const std::string scheme = lower(text.substr(0, separator));
  const auto* known = std::ranges::find(kSchemes, scheme, &Scheme::name);
  if (known == kSchemes.end()) refuse(fmt::format("has the scheme '{}', which is not supported", scheme.substr(0, 40)));
  result.transport_ = known->transport;
  const std::string_view rest = text.substr(separator + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  const std::string_view path = rest.substr(slash);
  if (path.size() < 2) refuse("has no path");

  if (result.transport_ == Transport::Folder) {
    if (!authority.empty() && lower(authority) != "localhost") refuse("is a file URL with a host");
    result.path_ = unescaped(path);
    result.text_ = result.path_;
    return result;
  }
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user_info = authority.substr(0, at);
    const std::size_t colon = std::min(user_info.find(':'), user_info.size());
    result.user_ = unescaped(user_info.substr(0, colon));
    if (colon < user_info.size()) result.password_ = SecretBytes::copy_of(unescaped(user_info.substr(colon + 1)));
    authority = authority.substr(at + 1);
  }
  const HostAndPort place = split_host(authority);
  result.host_ = place.host;
  result.port_ = place.port;
  result.path_ = std::string(path);
  // A query or fragment can hold a secret too, and no git server wants one.
  if (path.find_first_of("?#") != std::string_view::npos) refuse("holds a query or a fragment");
  if (result.transport_ == Transport::Ssh && result.user_.empty()) result.user_ = "git";
  if (result.transport_ == Transport::Ssh) check_ssh_user(result.user_);
  const bool is_ssh = result.transport_ == Transport::Ssh;
  result.text_ = fmt::format("{}://{}{}{}", is_ssh ? "ssh" : scheme, is_ssh ? result.user_ + "@" : "",
                             result.authority(), result.path_);
  return result;
}

std::string RemoteAddress::authority() const {
  return port_ != 0 ? fmt::format("{}:{}", bracketed(host_), port_) : bracketed(host_);
}

std::string RemoteAddress::service_path() const {
  if (short_form_) return text_.substr(text_.size() - path_.size()).starts_with('/') ? path_ : path_.substr(1);
  const std::string plain = unescaped(path_);
  return plain.starts_with("/~") ? plain.substr(1) : plain;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

bool RemoteAddress::is_loopback() const noexcept {
  if (host_ == "localhost" || host_ == "::1") return true;
  // 127.0.0.0/8, but not a name such as 127.example.com.
  return host_.starts_with("127.") && host_.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace waybill::git
