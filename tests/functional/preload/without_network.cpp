// without_network PROGRAM [ARGUMENT…]: runs the program under a seccomp filter that ends it, and all that it starts,
// with SIGSYS when it asks the kernel for a socket of the internet (AF_INET, AF_INET6), for io_uring, which could open
// one unseen, or for anything by another system call table than that of this machine.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the number of this machine's system call table is not known here"
#endif

constexpr unsigned kNumber = offsetof(seccomp_data, nr);
constexpr unsigned kArch = offsetof(seccomp_data, arch);
constexpr unsigned kFirstArgument = offsetof(seccomp_data, args);  // its low half: both machines are little-endian

constexpr sock_filter statement(unsigned short code, unsigned value) { return {code, 0, 0, value}; }
constexpr sock_filter load(unsigned offset) { return statement(BPF_LD | BPF_W | BPF_ABS, offset); }
// Skips so many instructions when equal, and when not.
constexpr sock_filter if_equal(unsigned value, unsigned char yes, unsigned char no) {
  return {BPF_JMP | BPF_JEQ | BPF_K, yes, no, value};
}
constexpr sock_filter answer(unsigned action) { return statement(BPF_RET | BPF_K, action); }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    ::fputs("usage: without_network PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  std::array filter{
      load(kArch),
      if_equal(kArchitecture, 1, 0),
      answer(SECCOMP_RET_KILL_PROCESS),
      load(kNumber),
      if_equal(SYS_io_uring_setup, 4, 0),
      if_equal(SYS_socket, 0, 4),
      load(kFirstArgument),
      if_equal(AF_INET, 1, 0),
      if_equal(AF_INET6, 0, 1),
      answer(SECCOMP_RET_KILL_PROCESS),
      answer(SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    ::fprintf(stderr, "without_network: %s\n", ::strerror(errno));
    return 3;
  }
  ::execvp(argv[1], argv + 1);
  ::fprintf(stderr, "without_network: %s: %s\n", argv[1], ::strerror(errno));
  return 2;
}
