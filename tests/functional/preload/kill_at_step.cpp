// Loaded in front of the C library (LD_PRELOAD): ends the program as kill -9 does, just before its Nth call that
// changes something outside of it. WAYBILL_KILL_AT_STEP holds N; programs that it starts are left alone.
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<long> steps = 0;

void step() noexcept {
  static const char* wanted = ::getenv("WAYBILL_KILL_AT_STEP");
  static const bool concerned = wanted != nullptr && ::strcmp(program_invocation_short_name, "waybill") == 0;
  static const long last = concerned ? ::strtol(wanted, nullptr, 10) : 0;
  if (concerned && ++steps == last) ::kill(::getpid(), SIGKILL);
}

template <typename Function>
Function* next(const char* name) noexcept {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#define WAYBILL_STEP(result, name, parameters, arguments)         \
  extern "C" result name parameters {                             \
    static auto* const original = next<result parameters>(#name); \
    step();                                                       \
    return original arguments;                                    \
  }

WAYBILL_STEP(int, rename, (const char* from, const char* to), (from, to))
WAYBILL_STEP(int, renameat2, (int a, const char* from, int b, const char* to, unsigned flags), (a, from, b, to, flags))
WAYBILL_STEP(int, link, (const char* from, const char* to), (from, to))
WAYBILL_STEP(int, unlink, (const char* path), (path))
WAYBILL_STEP(int, mkdir, (const char* path, mode_t mode), (path, mode))
WAYBILL_STEP(int, fsync, (int fd), (fd))
WAYBILL_STEP(ssize_t, write, (int fd, const void* bytes, size_t size), (fd, bytes, size))
WAYBILL_STEP(ssize_t, pwrite, (int fd, const void* bytes, size_t size, off_t at), (fd, bytes, size, at))
WAYBILL_STEP(ssize_t, send, (int fd, const void* bytes, size_t size, int flags), (fd, bytes, size, flags))
WAYBILL_STEP(int, connect, (int fd, const struct sockaddr* address, socklen_t size), (fd, address, size))
