// Files of credentials as docker and podman write them, from any hand: read, or refused as invalid input, and what is
// read has a name or a token.
#include <optional>
#include <string>

#include "core/error.h"
#include "oci/credentials.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace oci = waybill::oci;
  namespace fuzz = waybill::fuzz;
  const std::string text(fuzz::as_text(data, size));
  const oci::CredentialEnvironment environment{
      [&](const std::string& name) -> std::optional<std::string> {
        return name == "DOCKER_AUTH_CONFIG" ? std::optional(text) : std::nullopt;
      },
      [&](const std::string& helper, oci::HelperVerb, std::string_view) -> std::optional<waybill::SecretBytes> {
        oci::check_helper_name(helper);
        return waybill::SecretBytes::copy_of(text);
      }};
  try {
    const auto found = oci::find_credentials("registry.example.com:5000", "team/app", environment);
    fuzz::require(!found || !found->user.empty() || !found->identity_token.empty() || !found->registry_token.empty() ||
                      !found->password.empty(),
                  "credentials name somebody");
  } catch (const waybill::Error& error) {
    fuzz::require(error.code() == waybill::ErrorCode::InvalidInput, "what is refused is invalid input");
  }
  return 0;
}
