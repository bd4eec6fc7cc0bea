#include "git/program.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/error.h"
#include "core/interrupt.h"
#include "git/child_process.h"

namespace waybill::git {
namespace {

constexpr std::size_t kOutputLimit = 64 << 10;

// Reads what is there; false at the end. Beyond the limit it is read and forgotten, so that the program never blocks.
bool drain(int fd, SecretBytes& buffer, std::size_t& used) {
  std::array<std::byte, 4096> overflow;
  const std::span<std::byte> room =
      used < buffer.size() ? buffer.bytes().subspan(used) : std::span<std::byte>(overflow);
  const ssize_t count = ::read(fd, room.data(), room.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (used < buffer.size()) used += static_cast<std::size_t>(count);
  return count > 0;
}

}  // namespace

std::optional<ProgramResult> run_program(const ProgramRun& run) {
  std::optional<ChildProcess> child = ChildProcess::start(run.argv, run.environment);
  if (!child) return std::nullopt;
  ProgramResult result;
  result.out = SecretBytes(kOutputLimit);
  SecretBytes words(kOutputLimit);
  std::size_t out_size = 0;
  std::size_t err_size = 0;
  std::string_view input = run.input;
  if (input.empty()) child->in.reset();
  const auto deadline = std::chrono::steady_clock::now() + run.timeout;
  while (child->out || child->err) {
    std::array<pollfd, 3> waiting = {pollfd{child->out.get(), POLLIN, 0}, pollfd{child->err.get(), POLLIN, 0},
                                     pollfd{child->in.get(), POLLOUT, 0}};
    if (::poll(waiting.data(), waiting.size(), 100) < 0 && errno != EINTR)
      throw system_error("cannot wait for a program");
    throw_if_interrupted();
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(
          ErrorCode::Timeout,
          fmt::format("'{}{}' did not end in {} s", run.argv.front(), run.argv.size() > 1 ? " " + run.argv[1] : "",
                      std::chrono::duration_cast<std::chrono::seconds>(run.timeout).count()));
    }
    if (waiting[0].revents != 0 && !drain(child->out.get(), result.out, out_size)) child->out.reset();
    if (waiting[1].revents != 0 && !drain(child->err.get(), words, err_size)) child->err.reset();
    if (waiting[2].revents != 0) {
      const ssize_t count = ::write(child->in.get(), input.data(), input.size());
      if (count > 0) input.remove_prefix(static_cast<std::size_t>(count));
      if (input.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) child->in.reset();
    }
  }
  result.exit_status = child->wait();
  result.out.truncate(out_size);
  result.err = std::string(words.view().substr(0, err_size));
  return result;
}

}  // namespace waybill::git
