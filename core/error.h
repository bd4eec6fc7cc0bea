#pragma once
// The one failure type of the project: a code that says what the caller can do, a message for people, and context
// frames added while the exception unwinds.
//
//   throw Error(ErrorCode::NotFound, fmt::format("no overlay named '{}'", name)).hint("see 'waybill recipe list'");
//   with_context([&] { return fmt::format("while reading '{}'", path); }, [&] { parse(path); });
#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waybill {

// A code exists only where some caller reacts to it differently.
enum class ErrorCode : std::uint8_t {
  Unclassified,
  InvalidInput,  // the user's words or files are wrong
  NotFound,
  Denied,     // credentials missing or refused
  Untrusted,  // verification failed
  Timeout,
  Unavailable,  // the other side is away or broken: a retry may help
  RateLimited,
  Internal,  // a defect of ours
  Conflict,  // the target holds something else, or a race was lost to the end
  NoSpace,   // disk or quota
  Interrupted,
};

// The one table: stable name in JSON, exit status of the program, HTTP status of the server.
struct ErrorCodeInfo {
  std::string_view name;
  int exit_status;
  int http_status;
};
[[nodiscard]] const ErrorCodeInfo& describe(ErrorCode code) noexcept;

// Where in a text something stands. Lines and columns (in characters) count from 1; 0 means unknown.
struct SourceLocation {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const SourceLocation&) const = default;
};
// "file:line:column", leaving out what is unknown; empty for an empty location.
[[nodiscard]] std::string to_string(const SourceLocation& location);

class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message);

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  // The message alone: lower case, no final stop, no secret.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  // Innermost first.
  [[nodiscard]] const std::vector<std::string>& context() const noexcept { return context_; }
  // What the user can do, empty if there is nothing to say.
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  [[nodiscard]] const std::optional<SourceLocation>& location() const noexcept { return location_; }

  void add_context(std::string frame) { context_.push_back(std::move(frame)); }
  Error& hint(std::string text) & {
    hint_ = std::move(text);
    return *this;
  }
  Error&& hint(std::string text) && {
    hint_ = std::move(text);
    return std::move(*this);
  }
  Error& at(SourceLocation location) & {
    location_ = std::move(location);
    return *this;
  }
  Error&& at(SourceLocation location) && {
    location_ = std::move(location);
    return std::move(*this);
  }

 private:
  ErrorCode code_;
  std::string message_;
  std::string hint_;
  std::optional<SourceLocation> location_;
  std::vector<std::string> context_;
};

// Runs `body`; an Error that leaves it gets the frame that `describe` makes.
template <std::invocable Describe, std::invocable Body>
decltype(auto) with_context(Describe&& describe, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    error.add_context(describe());
    throw;
  }
}

// An Error for the last failed system call. Reads errno first of all; ENOSPC and EDQUOT become NoSpace, ENOENT
// NotFound, EISDIR and ENOTDIR InvalidInput, EACCES, EPERM and EROFS Denied, the rest `otherwise`. The message is
// "<what>: <system's words>"; a hint says so when the medium is gone.
[[nodiscard]] Error system_error(std::string_view what, ErrorCode otherwise = ErrorCode::Unclassified);
[[nodiscard]] Error system_error(int error_number, std::string_view what,
                                 ErrorCode otherwise = ErrorCode::Unclassified);

}  // namespace waybill
