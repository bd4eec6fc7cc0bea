#include "oci/wire_log.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::oci {
namespace {

constexpr std::array<std::string_view, 22> kHarmless{"accept",
                                                     "accept-ranges",
                                                     "content-length",
                                                     "content-range",
                                                     "content-type",
                                                     "date",
                                                     "docker-content-digest",
                                                     "docker-distribution-api-version",
                                                     "docker-upload-uuid",
                                                     "etag",
                                                     "if-match",
                                                     "oci-chunk-min-length",
                                                     "oci-filters-applied",
                                                     "oci-subject",
                                                     "range",
                                                     "ratelimit-limit",
                                                     "ratelimit-remaining",
                                                     "retry-after",
                                                     "server",
                                                     "transfer-encoding",
                                                     "warning",
                                                     "x-request-id"};

std::string without_query(std::string_view url) {
  const std::size_t query = url.find_first_of("?#");
  return query == std::string_view::npos ? std::string(url) : std::string(url.substr(0, query)) + "?…";
}

std::string line_of(const http::Request& request) {
  return fmt::format("{} {}", request.method, without_query(request.url));
}

bool is_harmless(std::string_view name) {
  return std::any_of(kHarmless.begin(), kHarmless.end(),
                     [&](std::string_view harmless) { return http::is_same_header(name, harmless); });
}

// Of those that may not be told, the names.
std::string headers_of(const http::Headers& headers) {
  std::vector<std::string> told;
  told.reserve(headers.size());
  for (const auto& [name, value] : headers) told.push_back(name + ": " + (is_harmless(name) ? value : "…"));
  return fmt::format("{}", fmt::join(told, "; "));
}

}  // namespace

void tell_answer(Reporter& reporter, const http::Request& request, const http::Response& response,
                 std::chrono::milliseconds took) {
  const bool moved = !response.final_url.empty() && response.final_url != request.url;
  reporter.debug(fmt::format("{}: {}, {} ms{}", line_of(request), response.status, took.count(),
                             moved ? ", from " + without_query(response.final_url) : ""));
  if (!reporter.shows(Level::Trace)) return;
  if (!request.headers.empty()) reporter.trace(fmt::format("  sent {}", headers_of(request.headers)));
  reporter.trace(fmt::format("  got {}", headers_of(response.headers)));
}

void tell_failure(Reporter& reporter, const http::Request& request, const Error& failure,
                  std::chrono::milliseconds took) {
  reporter.debug(fmt::format("{}: {}, {} ms", line_of(request), failure.message(), took.count()));
}

}  // namespace waybill::oci
