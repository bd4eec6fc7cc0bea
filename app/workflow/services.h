#pragma once
// The process's surroundings, passed in so that tests decide them: environment variables, the clock, a terminal to ask.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/reporter.h"
#include "core/secret.h"

namespace waybill {

struct Services {
  Reporter& reporter;
  // A variable's value; nullopt when it is not set.
  std::function<std::optional<std::string>(const std::string&)> environment;
  // Seconds since 1970. Only a git commit's date may come from here.
  std::function<std::int64_t()> now;
  // Asks for a secret on the terminal; throws InvalidInput when there is none.
  std::function<SecretBytes(const std::string& prompt)> ask_secret;
  // Asks a question on the terminal; throws InvalidInput when there is none. Whether the answer is yes.
  std::function<bool(const std::string& question)> confirm;

  // SOURCE_DATE_EPOCH, or 0 (1970) when it is not set: the time in artifacts. Throws InvalidInput when it is no number.
  [[nodiscard]] std::int64_t artifact_epoch() const;
  // $XDG_CACHE_HOME/waybill, else ~/.cache/waybill; throws InvalidInput without both.
  [[nodiscard]] std::string cache_folder() const;
};

// The real ones.
[[nodiscard]] Services process_services(Reporter& reporter);

}  // namespace waybill
