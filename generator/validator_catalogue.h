#pragma once
// The catalogue of validators (validators/catalog.yaml, spec: recipe-engine 1.6): programs that a recipe's validation
// phases ask for by name.
#include <string>
#include <string_view>
#include <vector>

#include "core/yaml/node.h"
#include "generator/document_reader.h"

namespace waybill {

inline constexpr std::string_view kValidatorCatalogueFile = "validators/catalog.yaml";

struct Validator {
  std::string name;
  std::string phase;  // "deployment", "performance" or "conformance"
  std::string image;
  std::string timeout;
};

// In file order; problems go to the context's diagnostics.
[[nodiscard]] std::vector<Validator> read_validator_catalogue(const yaml::Node& root, const ReadContext& context);

}  // namespace waybill
