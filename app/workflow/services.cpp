#include "app/workflow/services.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/unique_fd.h"

namespace waybill {
namespace {

constexpr std::size_t kLongestSecret = 4096;

// Turns the echo off and back on, whatever happens in between.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) throw system_error("cannot control the terminal");
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (::tcsetattr(terminal_, TCSAFLUSH, &silent) != 0) throw system_error("cannot control the terminal");
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }

 private:
  int terminal_;
  termios before_{};
};

void write_text(int terminal, std::string_view text) {
  if (::write(terminal, text.data(), text.size()) < 0) throw system_error("cannot write to the terminal");
}

UniqueFd open_terminal(const std::string& needed) {
  UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal || ::isatty(STDERR_FILENO) != 1)
    throw Error(ErrorCode::InvalidInput, fmt::format("{} is needed and there is no terminal to ask on", needed));
  return terminal;
}

// A line without its end.
SecretBytes read_line(int terminal) {
  SecretBytes line(kLongestSecret);
  std::size_t size = 0;
  char c = 0;
  while (true) {
    const ssize_t count = ::read(terminal, &c, 1);
    if (count < 0 && errno == EINTR) {
      throw_if_interrupted();
      continue;
    }
    if (count < 0) throw system_error("cannot read from the terminal");
    if (count == 0 || c == '\n') break;
    if (size == line.size())
      throw Error(ErrorCode::InvalidInput, fmt::format("the answer is longer than {} bytes", kLongestSecret));
    line.bytes()[size++] = static_cast<std::byte>(c);
  }
  line.truncate(size);
  return line;
}

SecretBytes ask_on_terminal(const std::string& prompt) {
  const UniqueFd terminal = open_terminal("a password");
  SecretBytes secret;
  {
    const Silence silence(terminal.get());
    write_text(terminal.get(), prompt);
    secret = read_line(terminal.get());
  }
  write_text(terminal.get(), "\n");
  return secret;
}

bool confirm_on_terminal(const std::string& question) {
  const UniqueFd terminal = open_terminal("a confirmation");
  write_text(terminal.get(), question + " [y/N] ");
  const SecretBytes answer = read_line(terminal.get());
  return answer.view() == "y" || answer.view() == "Y" || answer.view() == "yes";
}

}  // namespace

std::int64_t Services::artifact_epoch() const {
  const std::optional<std::string> text = environment("SOURCE_DATE_EPOCH");
  if (!text || text->empty()) return 0;
  std::int64_t epoch = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), epoch);
  constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z, the last that RFC 3339 can write
  if (error != std::errc{} || end != text->data() + text->size() || epoch < 0 || epoch > kLastSecond) {
    throw Error(ErrorCode::InvalidInput, fmt::format("SOURCE_DATE_EPOCH is '{}', expected seconds since 1970", *text));
  }
  return epoch;
}

std::string Services::cache_folder() const {
  if (const auto cache = environment("XDG_CACHE_HOME"); cache && cache->starts_with("/")) return *cache + "/waybill";
  if (const auto home = environment("HOME"); home && !home->empty()) return *home + "/.cache/waybill";
  throw Error(ErrorCode::InvalidInput, "no folder for the cache").hint("set XDG_CACHE_HOME or HOME");
}

Services process_services(Reporter& reporter) {
  return {reporter,
          [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          [] { return std::int64_t{std::time(nullptr)}; }, ask_on_terminal, confirm_on_terminal};
}

}  // namespace waybill
