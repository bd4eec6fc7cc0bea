#pragma once
// The two streams of a command: results to standard output, everything else to standard error through the reporter.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/reporter.h"
#include "core/value.h"

namespace waybill::cli {

enum class Color : std::uint8_t { Auto, Always, Never };
enum class LogFormat : std::uint8_t { Text, Json };

// The flags that every command takes.
struct GlobalOptions {
  bool quiet = false;
  std::int64_t verbosity = 0;
  Color color = Color::Auto;
  LogFormat log_format = LogFormat::Text;
  bool no_progress = false;
};

class Console {
 public:
  explicit Console(const GlobalOptions& options);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  [[nodiscard]] Reporter& reporter() noexcept { return *reporter_; }
  // Writes a result to standard output at once. A closed pipe ends the program quietly, as for any filter.
  void out(std::string_view text);
  // To `output` (a file, written atomically, replaced if present) or to standard output when it is empty or "-".
  void out_or_file(const std::string& output, std::string_view text);
  // An error as text or, if the command runs with --format json, as one JSON object.
  void error(const Error& error, bool as_json) noexcept;
  // Whether what out_or_file() writes there may be coloured.
  [[nodiscard]] bool colors(const std::string& output) const noexcept {
    return colored_out_ && (output.empty() || output == "-");
  }

 private:
  std::unique_ptr<Reporter> reporter_;
  bool colored_out_;
};

// {"code", "message", "hint", "context", "file"?, "line"?, "column"?}
[[nodiscard]] Value to_value(const Error& error);

}  // namespace waybill::cli
