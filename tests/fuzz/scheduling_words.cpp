// What the flags for scheduling are given: labels and taints that Kubernetes takes and that read back, or a refusal.
#include "core/error.h"
#include "generator/scheduling.h"
#include "tests/fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(waybill::fuzz::as_text(data, size));
  using waybill::fuzz::require;
  const auto attempt = [](const auto& body) {
    try {
      body();
    } catch (const waybill::Error& error) {
      require(error.code() == waybill::ErrorCode::InvalidInput, "what is wrong is the user's input");
    }
  };
  attempt([&] {
    std::vector<std::string> written;
    const waybill::Labels labels = waybill::parse_labels({text}, "--labels");
    for (const auto& [key, value] : labels) written.push_back(key + "=" + value);
    require(waybill::parse_labels(written, "--labels") == labels, "labels read back");
  });
  attempt([&] {
    std::vector<std::string> written;
    const std::vector<waybill::Taint> tolerations = waybill::parse_tolerations({text}, "--tolerations");
    for (const waybill::Taint& taint : tolerations) written.push_back(taint.text());
    require(waybill::parse_tolerations(written, "--tolerations") == tolerations, "tolerations read back");
  });
  attempt([&] {
    const waybill::Taint taint = waybill::parse_taint(text, "--taint");
    require(!taint.key.empty() && waybill::parse_taint(taint.text(), "--taint") == taint, "a taint reads back");
  });
  return 0;
}
