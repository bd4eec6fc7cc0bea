#pragma once
// When and how long to wait before asking a registry again: exponential, with full jitter, bounded, and overruled by
// the server's Retry-After. Time and chance come from outside, so that tests wait for nothing.
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace waybill::oci {

struct Clock {
  std::function<std::chrono::system_clock::time_point()> now;
  // Sleeps; throws Interrupted when the user asked to stop.
  std::function<void(std::chrono::milliseconds)> sleep;
  // Evenly distributed in [0, 1).
  std::function<double()> chance;
};
[[nodiscard]] Clock system_clock();

struct RetryOptions {
  unsigned attempts = 5;
  std::chrono::milliseconds first{500};  // doubled each time
  std::chrono::milliseconds longest{30'000};
  std::chrono::milliseconds longest_asked{120'000};  // the most that a server may ask for
};

// 408, 429, 500, 502, 503, 504, and 499 and 522 of proxies.
[[nodiscard]] bool is_worth_retrying(int http_status) noexcept;

// How long to wait after attempt number `attempt` (from 1) failed. `retry_after` is that header's value or empty.
[[nodiscard]] std::chrono::milliseconds delay(const RetryOptions& options, unsigned attempt,
                                              std::string_view retry_after, const Clock& clock);

// "120" or an HTTP date (RFC 9110 section 10.2.3, the one preferred form of dates); nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                                         std::chrono::system_clock::time_point now);

}  // namespace waybill::oci
