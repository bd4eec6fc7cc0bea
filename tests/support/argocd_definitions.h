#pragma once
// Argo CD's own definitions of Application, AppProject and ApplicationSet as the judge of what is written for it.
#include <array>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/source_path.h"

namespace waybill::testing {

inline constexpr std::array kArgoCdDefinitions{"data/crds/application-crd.yaml", "data/crds/appproject-crd.yaml",
                                               "data/crds/applicationset-crd.yaml"};

// The command that judges: tests/support/crd_schema.py with the definitions before `arguments` ("--", FILE...).
[[nodiscard]] inline std::vector<std::string> judge_by_argocd(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"python3", source_path("tests/support/crd_schema.py")};
  for (const char* definition : kArgoCdDefinitions) command.push_back(shared_data(definition));
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace waybill::testing

// What judge_by_argocd needs.
#define WAYBILL_REQUIRE_ARGOCD_DEFINITIONS()  \
  WAYBILL_REQUIRE_PYTHON("jsonschema, yaml"); \
  for (const char* file : ::waybill::testing::kArgoCdDefinitions) WAYBILL_REQUIRE_SHARED(file)
