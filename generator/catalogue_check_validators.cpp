// Validators, health checks, and the names by which the validation phases of overlays ask for validators.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"
#include "generator/catalogue_check_parts.h"
#include "generator/validator_catalogue.h"

namespace waybill {
namespace {

constexpr std::string_view kHealthCheckVersion = "chainsaw.kyverno.io/v1alpha1";
constexpr std::string_view kHealthCheckKind = "Test";

class Validators {
 public:
  explicit Validators(CatalogueCheck& check) : check_(check) {}

  void run() {
    for (const LayeredFiles::File& file : check_.files.all()) {
      if (file.topmost && is_check_file(file.path) && file.path.ends_with(".yaml")) check_health(file);
    }
    const LayeredFiles::File* file = check_.files.find(kValidatorCatalogueFile);
    if (file == nullptr) return;
    for (const yaml::Node& root : parse(*file)) {
      validators_ = read_validator_catalogue(
          root, {check_.files.display_name(*file), file->source, ReadContext::Doubts::Error, check_.findings});
      break;
    }
    for (const Validator& validator : validators_) names_.push_back(validator.name);
    check_phases(check_.content.base);
    for (const Overlay& overlay : check_.content.overlays) check_phases(overlay);
  }

 private:
  [[nodiscard]] std::vector<yaml::Node> parse(const LayeredFiles::File& file) {
    const std::string name = check_.files.display_name(file);
    try {
      return yaml::parse_all(check_.files.read(file), name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      check_.findings.error(error.location().value_or(SourceLocation{name, 1, 1}), "syntax", error.message(),
                            error.hint());
      return {};
    }
  }

  void check_health(const LayeredFiles::File& file) {
    const std::string name = check_.files.display_name(file);
    for (const yaml::Node& root : parse(file)) {
      for (const auto& [field, expected] : {std::pair{"apiVersion", kHealthCheckVersion}, {"kind", kHealthCheckKind}}) {
        const yaml::Node* node = root.kind == yaml::Kind::Map ? root.find(field) : nullptr;
        if (node != nullptr && node->text == expected) continue;
        const yaml::Node& place = node == nullptr ? root : *node;
        check_.findings.error({name, place.line, place.column}, "bad-health-check",
                              fmt::format("a health check has the {} '{}'", field, expected),
                              fmt::format("write {}: {}", field, expected));
      }
    }
  }

  // An unknown name runs nothing, and nobody tells.
  void check_phases(const Overlay& overlay) {
    if (!overlay.validation) return;
    for (const auto& [phase_name, member] : kValidationPhases) {
      const auto& phase = (*overlay.validation).*member;
      if (!phase) continue;
      for (const std::string& wanted : phase->checks) check_name(overlay, phase_name, wanted);
    }
  }

  void check_name(const Overlay& overlay, std::string_view phase, const std::string& wanted) {
    const auto found = std::find_if(validators_.begin(), validators_.end(),
                                    [&](const Validator& validator) { return validator.name == wanted; });
    if (found == validators_.end()) {
      check_.findings.warning(check_.places.phase(overlay, phase, "checks", wanted), "unknown-check",
                              fmt::format("no validator has the name '{}': nothing will run", wanted),
                              suggestion(wanted, names_));
    } else if (found->phase != phase) {
      check_.findings.warning(
          check_.places.phase(overlay, phase, "checks", wanted), "unknown-check",
          fmt::format("the validator '{}' belongs to the phase '{}': nothing will run", wanted, found->phase),
          "ask for it there");
    }
  }

  CatalogueCheck& check_;
  std::vector<Validator> validators_;
  std::vector<std::string> names_;
};

}  // namespace

void check_validators(CatalogueCheck& check) { Validators(check).run(); }

}  // namespace waybill
