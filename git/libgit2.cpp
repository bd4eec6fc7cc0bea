#include "git/libgit2.h"

#include <fmt/core.h>

#include "git/failure.h"

namespace waybill::git {
namespace {

Library open_library() {
  Library opened{DynamicLibrary(WAYBILL_LIBGIT2_SONAME)};
  if (opened.git_libgit2_init() < 0) throw Error(ErrorCode::Unavailable, "libgit2 cannot be initialised");
  // Packs and references reach the disk before we say that they did, as git itself does by default.
  if (opened.git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0) {
    throw Error(ErrorCode::Unavailable, "libgit2 cannot be told to sync what it writes");
  }
  return opened;
}

}  // namespace

const Library& library() {
  static const Library opened = open_library();
  return opened;
}

std::string last_message() {
  const git_error* error = library().git_error_last();
  return error != nullptr && error->message != nullptr ? clean_line(error->message) : std::string();
}

int check(int result, std::string_view what) {
  if (result >= 0) return result;
  const git_error* error = library().git_error_last();
  throw classify_failure({.code = result, .category = error != nullptr ? error->klass : 0, .message = last_message()},
                         what);
}

std::string to_hex(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  return library().git_oid_tostr(text, sizeof text, &id);
}

bool same(const std::optional<git_oid>& left, const std::optional<git_oid>& right) {
  if (!left || !right) return left.has_value() == right.has_value();
  return library().git_oid_equal(&*left, &*right) != 0;
}

}  // namespace waybill::git
