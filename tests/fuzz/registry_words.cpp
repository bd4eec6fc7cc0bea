// What users and registries write in one line: targets and references are printed as they were read, addresses have one
// reading, and challenges and lists of links end.
#include <string>

#include "core/error.h"
#include "core/http/url.h"
#include "oci/auth.h"
#include "oci/registry_download.h"
#include "oci/retry.h"
#include "oci/session.h"
#include "oci/target.h"
#include "tests/fuzz/support.h"

namespace {

namespace oci = waybill::oci;
namespace fuzz = waybill::fuzz;

template <typename Body>
void if_accepted(Body&& body) {
  try {
    body();
  } catch (const waybill::Error& error) {
    fuzz::require(error.code() == waybill::ErrorCode::InvalidInput, "what is refused is invalid input");
  }
}

void check_target(std::string_view text) {
  if_accepted([&] {
    const oci::Target target = oci::parse_target(text);
    fuzz::require(oci::parse_target(oci::to_string(target)) == target, "a printed target means the same");
    if (const auto* registry = std::get_if<oci::RegistryTarget>(&target)) {
      fuzz::require(oci::to_string(target) == text, "a registry's target is printed as it was read");
      fuzz::require(oci::is_repository(registry->reference.repository), "a repository keeps to its grammar");
    }
  });
}

void check_url(std::string_view text) {
  if_accepted([&] {
    const waybill::http::Url url = waybill::http::Url::parse(text);
    const waybill::http::Url again = waybill::http::Url::parse(url.to_string());
    fuzz::require(again.to_string() == url.to_string() && again.same_origin(url), "an address has one reading");
    fuzz::require(url.host.find_first_of("@/\\?# ") == std::string::npos, "a host is only a host");
  });
  if_accepted([&] {
    const waybill::http::Url base = waybill::http::Url::parse("https://registry.example.com/v2/a/list");
    static_cast<void>(base.resolve(text));
  });
}

void check_headers(std::string_view text) {
  for (const oci::Challenge& challenge : oci::parse_challenges(text))
    fuzz::require(!challenge.scheme.empty(), "a challenge has a scheme");
  waybill::http::Response response;
  response.headers = {{"Link", std::string(text)}, {"Content-Type", std::string(text)}};
  fuzz::require(oci::next_link(response).size() <= text.size(), "a link is a part of its header");
  fuzz::require(oci::media_type_of(response).find(';') == std::string::npos, "a media type has no parameters");
  const auto range = oci::parse_content_range(text);
  fuzz::require(!range || !range->size || range->first < *range->size, "a range lies within its whole");
  const auto wait = oci::parse_retry_after(text, {});
  fuzz::require(!wait || wait->count() >= 0, "nobody waits for less than nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_target(text);
  check_url(text);
  check_headers(text);
  return 0;
}
