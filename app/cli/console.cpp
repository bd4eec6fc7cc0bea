#include "app/cli/console.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "app/cli/printable.h"
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

bool shown(Level level, const GlobalOptions& options) noexcept {
  if (level == Level::Warning) return true;
  if (options.quiet) return false;
  return level == Level::Info || options.verbosity > 0;
}

class JsonReporter final : public Reporter {
 public:
  explicit JsonReporter(const GlobalOptions& options) : options_(options) {}
  void message(Level level, std::string_view text) noexcept override {
    if (!shown(level, options_)) return;
    try {
      constexpr std::string_view kNames[] = {"debug", "info", "warning"};
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

class TextReporter final : public Reporter {
 public:
  explicit TextReporter(const GlobalOptions& options)
      : options_(options),
        color_(want_color(options.color, STDERR_FILENO)),
        status_line_(::isatty(STDERR_FILENO) == 1 && !options.quiet && !options.no_progress) {}
  ~TextReporter() override { clear(); }

  void message(Level level, std::string_view text) noexcept override {
    if (!shown(level, options_)) return;
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
    if (!status_line_) return;
    try {
      const std::lock_guard lock(mutex_);
      const auto now = std::chrono::steady_clock::now();
      if (done == total && total != 0) {
        clear();
        return;
      }
      if (now - last_ < std::chrono::milliseconds(100)) return;
      last_ = now;
      const std::string amount =
          total == 0 ? fmt::format("{} kB", done / 1000) : fmt::format("{} of {} kB", done / 1000, total / 1000);
      write_error_stream(fmt::format("\r\033[K{} {}", printable(what).substr(0, 60), amount));
      status_shown_ = true;
    } catch (...) {
    }
  }

 private:
  void clear() noexcept {
    if (status_shown_) write_error_stream("\r\033[K");
    status_shown_ = false;
  }

  GlobalOptions options_;
  bool color_;
  bool status_line_;
  std::mutex mutex_;
  bool status_shown_ = false;
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
