#include "core/error.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace waybill {
namespace {

// What reads and writes end with when a device, or the server of a file system, is gone: of disks, FUSE and NFS.
bool is_of_a_medium(int error_number) noexcept {
  constexpr std::array kGone{EIO, ENXIO, ENODEV, ENOMEDIUM, ESTALE, EREMOTEIO};
  return std::find(kGone.begin(), kGone.end(), error_number) != kGone.end();
}

}  // namespace

const ErrorCodeInfo& describe(ErrorCode code) noexcept {
  // Exit statuses 0 to 8 are aicr's; 9, 10 and 130 are ours.
  static constexpr std::array<ErrorCodeInfo, 12> kTable{{
      {"unclassified", 1, 500},
      {"invalid_input", 2, 400},
      {"not_found", 3, 404},
      {"denied", 4, 403},
      {"untrusted", 4, 403},
      {"timeout", 5, 504},
      {"unavailable", 6, 503},
      {"rate_limited", 7, 429},
      {"internal", 8, 500},
      {"conflict", 9, 409},
      {"no_space", 10, 507},
      {"interrupted", 130, 503},
  }};
  return kTable.at(static_cast<std::size_t>(code));
}

std::string to_string(const SourceLocation& location) {
  if (location.line == 0) return location.file;
  if (location.column == 0) return fmt::format("{}:{}", location.file, location.line);
  return fmt::format("{}:{}:{}", location.file, location.line, location.column);
}

Error::Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

Error system_error(std::string_view what, ErrorCode otherwise) { return system_error(errno, what, otherwise); }

Error system_error(int error_number, std::string_view what, ErrorCode otherwise) {
  ErrorCode code = otherwise;
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG) code = ErrorCode::NoSpace;
  if (error_number == ENOENT) code = ErrorCode::NotFound;
  if (error_number == EISDIR || error_number == ENOTDIR) code = ErrorCode::InvalidInput;
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS) code = ErrorCode::Denied;
  Error error(code, fmt::format("{}: {}", what, std::generic_category().message(error_number)));
  if (error_number == EFBIG)
    error.hint("the file system, as FAT32 at 4 GiB, or a limit of the process (ulimit -f) allows no larger file");
  if (is_of_a_medium(error_number))
    error.hint("the medium is broken or was taken out; when it is there again, repeat the command");
  return error;
}

}  // namespace waybill
