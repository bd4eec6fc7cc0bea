#include "git/failure.h"

#include <fmt/core.h>
#include <git2/errors.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/bytes.h"

namespace waybill::git {
namespace {

constexpr std::size_t kLongestLine = 2000;

struct Words {
  std::string_view part;
  ErrorCode code;
};

// The first part that the message holds decides. In lower case.
constexpr std::array kWords = {
    Words{"status code: 401", ErrorCode::Denied},
    Words{"status code: 403", ErrorCode::Denied},
    Words{"status code: 404", ErrorCode::NotFound},
    Words{"status code: 410", ErrorCode::NotFound},
    Words{"status code: 429", ErrorCode::RateLimited},
    Words{"status code: 5", ErrorCode::Unavailable},
    Words{"not exported", ErrorCode::NotFound},
    Words{"repository not found", ErrorCode::NotFound},
    Words{"does not appear to be a git repository", ErrorCode::NotFound},
    Words{"no such file or directory", ErrorCode::NotFound},
    Words{"does not exist", ErrorCode::NotFound},
    Words{"service not enabled", ErrorCode::Denied},
    Words{"access denied", ErrorCode::Denied},
    Words{"permission denied", ErrorCode::Denied},
    Words{"not allowed", ErrorCode::Denied},
    Words{"authentication", ErrorCode::Denied},
    Words{"no space left", ErrorCode::NoSpace},
    Words{"quota exceeded", ErrorCode::NoSpace},
    Words{"certificate", ErrorCode::Untrusted},
    Words{"failed to resolve address", ErrorCode::Unavailable},
    Words{"failed to connect", ErrorCode::Unavailable},
    Words{"connection", ErrorCode::Unavailable},
    Words{"timed out", ErrorCode::Unavailable},
    Words{"early eof", ErrorCode::Unavailable},
    Words{"unexpected disconnection", ErrorCode::Unavailable},
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

ErrorCode code_of(const Failure& failure) {
  switch (failure.code) {
    case GIT_EAUTH:
    case GIT_EOWNER:
      return ErrorCode::Denied;
    case GIT_ECERTIFICATE:
      return ErrorCode::Untrusted;
    case GIT_ENONFASTFORWARD:
    case GIT_EMODIFIED:
    case GIT_EEXISTS:
    case GIT_ELOCKED:
      return ErrorCode::Conflict;
    case GIT_EUSER:
      return ErrorCode::Interrupted;
    case GIT_EINVALIDSPEC:
      return ErrorCode::InvalidInput;
    default:
      break;
  }
  const std::string message = lower(failure.message);
  for (const Words& words : kWords) {
    if (message.find(words.part) != std::string::npos) return words.code;
  }
  if (failure.code == GIT_ENOTFOUND) return ErrorCode::NotFound;
  if (failure.category == GIT_ERROR_SSL) return ErrorCode::Untrusted;
  if (failure.category == GIT_ERROR_NET || failure.category == GIT_ERROR_HTTP || failure.category == GIT_ERROR_SSH ||
      failure.code == GIT_EEOF) {
    return ErrorCode::Unavailable;
  }
  return ErrorCode::Unclassified;
}

std::string hint_of(const Failure& failure) {
  if (failure.code == GIT_EOWNER) return "'git config --global --add safe.directory FOLDER' allows it";
  const std::string message = lower(failure.message);
  if (failure.category == GIT_ERROR_SSH && failure.code == GIT_ECERTIFICATE) {
    return "the host key must be in ~/.ssh/known_hosts; 'ssh-keyscan HOST' prints it, compare it with what the "
           "server's owner says";
  }
  if (message.find("extension") != std::string::npos || message.find("repository version") != std::string::npos) {
    return "repositories with SHA-256 object names, reftables or worktree configuration are not supported";
  }
  if (message.find("redirect") != std::string::npos)
    return "name the address that the server redirects to; credentials are never sent to another place";
  return {};
}

}  // namespace

std::string clean_line(std::string_view text) {
  std::string result;
  const bool readable = is_utf8(text);
  bool gap = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      gap = !result.empty();
      continue;
    }
    if (std::exchange(gap, false)) result += ' ';
    result += byte >= 0x80 && !readable ? '?' : c;
  }
  if (result.size() > kLongestLine) {
    result.resize(kLongestLine);
    while (!is_utf8(result)) result.pop_back();
  }
  return result;
}

Error classify_failure(const Failure& failure, std::string_view what) {
  const std::string message = clean_line(failure.message);
  Error error(code_of(failure), message.empty() ? fmt::format("{}: libgit2 fails with {}", what, failure.code)
                                                : fmt::format("{}: {}", what, message));
  error.hint(hint_of(failure));
  return error;
}

}  // namespace waybill::git
