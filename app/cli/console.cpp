#include "app/cli/console.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "app/cli/printable.h"
#include "app/cli/text_layout.h"
#include "core/file_system.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

void write_error_stream(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0 && errno != EINTR) return;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

bool want_color(Color color, int fd) noexcept {
  if (color != Color::Auto) return color == Color::Always;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  return ::isatty(fd) == 1;
}

bool is_shown(Level level, const GlobalOptions& options) noexcept {
  if (level == Level::Warning) return true;
  if (options.quiet) return false;
  if (level == Level::Trace) return options.verbosity > 1;
  return level == Level::Info || options.verbosity > 0;
}

class JsonReporter final : public Reporter {
 public:
  explicit JsonReporter(const GlobalOptions& options) : options_(options) {}
  [[nodiscard]] bool shows(Level level) const noexcept override { return is_shown(level, options_); }
  void message(Level level, std::string_view text) noexcept override {
    if (!shows(level)) return;
    try {
      constexpr std::string_view kNames[] = {"trace", "debug", "info", "warning"};
      write_error_stream(
          json::write(Value::map({{"level", kNames[static_cast<std::size_t>(level)]}, {"message", text}}),
                      json::HtmlEscape::No) +
          "\n");
    } catch (...) {  // a message that cannot be shown is no reason to fail
    }
  }
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) noexcept override {
    if (options_.quiet || options_.no_progress || done != total) return;
    try {
      write_error_stream(
          json::write(Value::map({{"level", "progress"}, {"message", what}, {"bytes", done}}), json::HtmlEscape::No) +
          "\n");
    } catch (...) {
    }
  }

 private:
  GlobalOptions options_;
};

// A step as one line: what, how much of how much, how fast, and for how long still.
std::string step_line(std::string_view what, std::uint64_t done, std::uint64_t total, double seconds) {
  std::string line = printable(what);
  line += total == 0 ? fmt::format("  {}", human_size(done))
                     : fmt::format("  {} of {}", human_size(done), human_size(total));
  if (seconds < 1 || done == 0) return line;  // too early to tell
  const double rate = static_cast<double>(done) / seconds;
  line += fmt::format(", {}/s", human_size(static_cast<std::uint64_t>(rate)));
  if (total > done) {
    const auto left = static_cast<std::uint64_t>(static_cast<double>(total - done) / rate) + 1;
    line += left < 60 ? fmt::format(", {} s left", left) : fmt::format(", {} min {} s left", left / 60, left % 60);
  }
  return line;
}

std::size_t terminal_width() noexcept {
  winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 ? size.ws_col : 80;
}

// On a terminal the steps that are under way stand in the last lines, each in one; elsewhere a line tells the end of a
// step that was large enough to be waited for.
class TextReporter final : public Reporter {
 public:
  explicit TextReporter(const GlobalOptions& options)
      : options_(options),
        color_(want_color(options.color, STDERR_FILENO)),
        progress_(!options.quiet && !options.no_progress),
        terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~TextReporter() override { clear(); }

  [[nodiscard]] bool shows(Level level) const noexcept override { return is_shown(level, options_); }
  void message(Level level, std::string_view text) noexcept override {
    if (!shows(level)) return;
    try {
      const std::lock_guard lock(mutex_);
      clear();
      std::string line = printable(text) + "\n";
      if (level == Level::Warning) line = (color_ ? "\033[33mwarning:\033[0m " : "warning: ") + line;
      write_error_stream(line);
    } catch (...) {
    }
  }

  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) noexcept override {
    if (!progress_) return;
    try {
      const std::lock_guard lock(mutex_);
      const auto now = std::chrono::steady_clock::now();
      auto step = std::find_if(steps_.begin(), steps_.end(), [&](const Step& each) { return each.what == what; });
      if (step == steps_.end()) step = steps_.insert(steps_.end(), {std::string(what), 0, 0, now});
      step->done = done;
      step->total = total;
      const bool ended = done == total && total != 0;
      if (ended) {
        constexpr std::uint64_t kWorthALine = 1'000'000;
        if (!terminal_ && total >= kWorthALine)
          write_error_stream(fmt::format("{}  {}\n", printable(what), human_size(total)));
        steps_.erase(step);
      }
      if (!terminal_ || (!ended && now - last_ < std::chrono::milliseconds(100))) return;
      last_ = now;
      clear();
      draw(now);
    } catch (...) {
    }
  }

 private:
  struct Step {
    std::string what;
    std::uint64_t done;
    std::uint64_t total;
    std::chrono::steady_clock::time_point begun;
  };

  void draw(std::chrono::steady_clock::time_point now) {
    const std::size_t longest = terminal_width() - 1;
    std::string text;
    for (const Step& step : steps_) {
      const double seconds = std::chrono::duration<double>(now - step.begun).count();
      if (lines_shown_++ != 0) text += "\n";
      text += shortened(step_line(step.what, step.done, step.total, seconds), longest);
    }
    write_error_stream(text);
  }
  void clear() noexcept {
    for (; lines_shown_ > 1; --lines_shown_) write_error_stream("\r\033[K\033[A");
    if (lines_shown_ == 1) write_error_stream("\r\033[K");
    lines_shown_ = 0;
  }

  GlobalOptions options_;
  bool color_;
  bool progress_;
  bool terminal_;
  std::mutex mutex_;  // guards the members below
  std::vector<Step> steps_;
  std::size_t lines_shown_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace

Console::Console(const GlobalOptions& options) : colored_out_(want_color(options.color, STDOUT_FILENO)) {
  if (options.log_format == LogFormat::Json) {
    reporter_ = std::make_unique<JsonReporter>(options);
  } else {
    reporter_ = std::make_unique<TextReporter>(options);
  }
}

Console::~Console() = default;

void Console::out(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EPIPE) std::_Exit(0);  // the reader has seen enough
    if (count < 0 && errno != EINTR) throw system_error("cannot write to standard output");
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Console::out_or_file(const std::string& output, std::string_view text) {
  if (output.empty() || output == "-") {
    out(text);
  } else if (output.starts_with("cm://")) {
    throw Error(ErrorCode::InvalidInput, fmt::format("--output takes a file, not the ConfigMap '{}'", output))
        .hint("writing to a cluster is not supported yet; pipe the result to kubectl instead");
  } else {
    write_output(output, text);
  }
}

Value to_value(const Error& error) {
  Value value =
      Value::map({{"code", describe(error.code()).name}, {"message", error.message()}, {"hint", error.hint()}});
  Value context = Value::list();
  for (const std::string& frame : error.context()) context.push_back(frame);
  value.set("context", std::move(context));
  if (const auto& location = error.location()) {
    if (!location->file.empty()) value.set("file", location->file);
    if (location->line != 0) value.set("line", std::int64_t{location->line});
    if (location->column != 0) value.set("column", std::int64_t{location->column});
  }
  return value;
}

void Console::error(const Error& error, bool as_json) noexcept {
  try {
    if (as_json) {
      write_error_stream(json::write(cli::to_value(error), json::HtmlEscape::No) + "\n");
      return;
    }
    std::string text = "error: ";
    if (const auto& location = error.location(); location && !to_string(*location).empty()) {
      text += to_string(*location) + ": ";
    }
    text += error.message() + "\n";
    for (const std::string& frame : error.context()) text += "  " + frame + "\n";
    if (!error.hint().empty()) text += "hint: " + error.hint() + "\n";
    write_error_stream(printable(text));
  } catch (...) {
    write_error_stream("error: out of memory\n");
  }
}

}  // namespace waybill::cli
