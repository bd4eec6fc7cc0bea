// Loaded in front of the C library (LD_PRELOAD): the program finds a file system as on media that are carried about
// and on servers, which rename without conditions only and give a file no second name (exFAT through FUSE).
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (flags == 0) return ::renameat(from_folder, from, to_folder, to);
  errno = EINVAL;
  return -1;
}

extern "C" int link(const char* /*from*/, const char* /*to*/) {
  errno = EPERM;
  return -1;
}
