// Manifests from registries: what is accepted is written so that it means the same when read again.
#include "core/error.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace oci = waybill::oci;
  const std::string_view text = waybill::fuzz::as_text(data, size);
  try {
    const oci::AnyManifest parsed = oci::parse_manifest(text, {});
    const std::string written = std::visit([](const auto& kind) { return oci::to_bytes(kind); }, parsed);
    const oci::AnyManifest again = oci::parse_manifest(written, {});
    waybill::fuzz::require(again.index() == parsed.index(), "the kind stays");
    waybill::fuzz::require(std::visit([](const auto& kind) { return oci::to_bytes(kind); }, again) == written,
                           "it is written in one way");
  } catch (const waybill::Error& error) {
    waybill::fuzz::require(error.code() == waybill::ErrorCode::InvalidInput, "what is refused is invalid input");
  }
  return 0;
}
