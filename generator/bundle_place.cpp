#include "generator/bundle_place.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/rel_path.h"

namespace waybill {
namespace {

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw Error(ErrorCode::InvalidInput, message).hint(std::move(hint));
}

// Nothing that YAML's quotes, git, Helm or a controller gives a meaning.
void check_words(std::string_view text, std::string_view what) {
  constexpr std::size_t kLongest = 2048;
  const bool clean = !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"'\\`$<>{}|^,*").find(c) == std::string_view::npos;
  });
  if (!clean)
    refuse(fmt::format(
        "the {} of a bundle's place must be printable ASCII without blanks, quotes, '$', ',', '*' or braces", what));
}

}  // namespace

void check_bundle_place(std::string_view repo_url, std::string_view path, std::string_view revision) {
  check_words(repo_url, "address");
  check_words(revision, "revision");
  const bool is_option = repo_url.starts_with("-") || revision.starts_with("-");
  if (is_option || repo_url.find("::") < repo_url.find_first_of("/[")) {
    refuse("the address and revision of a bundle's place must not begin with '-' or name a program of git's");
  }
  const std::size_t scheme = repo_url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = repo_url.substr(host, repo_url.find('/', host) - host).find('@');
  const bool has_user = at != std::string_view::npos;
  const bool is_ssh = scheme == std::string_view::npos || repo_url.starts_with("ssh://");
  if (has_user && (!is_ssh || repo_url.substr(host, at).find(':') != std::string_view::npos)) {
    refuse("the address of a bundle's place holds credentials", "put them into a repository Secret");
  }
  if (path.empty()) return;
  if (repo_url.starts_with("oci://")) refuse("a bundle in a registry has no path: it is the whole artifact");
  static_cast<void>(RelPath::parse(path));
  // It is printed at the beginning of a plain scalar, so it must not begin like anything else.
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/+=").find(c) != std::string_view::npos;
  });
  if (!plain || std::string_view("-+=").find(path.front()) != std::string_view::npos) {
    refuse(fmt::format("the path '{}' of a bundle's place holds more than letters, digits and . _ - / + =", path));
  }
}

}  // namespace waybill
