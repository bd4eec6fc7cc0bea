// Loaded in front of the C library (LD_PRELOAD): the program finds a file system as on media that are carried about
// and on servers, which rename without conditions only and give a file no second name (exFAT through FUSE).
// WAYBILL_FAILING_RENAMES="2-3" makes the second and the third of all renames fail as a broken medium does.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

namespace {

bool is_to_fail() noexcept {
  static int renames = 0;
  int first = 0;
  int last = 0;
  const char* failing = ::getenv("WAYBILL_FAILING_RENAMES");
  ++renames;
  return failing != nullptr && ::sscanf(failing, "%d-%d", &first, &last) == 2 && first <= renames && renames <= last;
}

}  // namespace

extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (flags == 0) return ::renameat(from_folder, from, to_folder, to);
  errno = EINVAL;
  return -1;
}

extern "C" int rename(const char* from, const char* to) {
  if (!is_to_fail()) return ::renameat(AT_FDCWD, from, AT_FDCWD, to);
  errno = EIO;
  return -1;
}

extern "C" int link(const char* /*from*/, const char* /*to*/) {
  errno = EPERM;
  return -1;
}
