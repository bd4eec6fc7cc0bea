#pragma once
// What happens, told to whoever watches: passed in, never global, never throws. Results do not go through here (they go
// to standard output); progress, warnings and notes do.
#include <cstdint>
#include <string>
#include <string_view>

namespace waybill {

enum class Level : std::uint8_t { Trace, Debug, Info, Warning };

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void message(Level level, std::string_view text) noexcept = 0;
  // Whether a message of that level is worth making.
  [[nodiscard]] virtual bool shows(Level) const noexcept { return true; }
  // A step with a known or unknown (0) amount of work in bytes. `done` grows; done == total ends it.
  virtual void progress(std::string_view what, std::uint64_t done, std::uint64_t total) noexcept = 0;

  void trace(std::string_view text) noexcept { message(Level::Trace, text); }
  void debug(std::string_view text) noexcept { message(Level::Debug, text); }
  void info(std::string_view text) noexcept { message(Level::Info, text); }
  void warning(std::string_view text) noexcept { message(Level::Warning, text); }
};

class NullReporter final : public Reporter {
 public:
  void message(Level, std::string_view) noexcept override {}
  [[nodiscard]] bool shows(Level) const noexcept override { return false; }
  void progress(std::string_view, std::uint64_t, std::uint64_t) noexcept override {}
};

}  // namespace waybill
