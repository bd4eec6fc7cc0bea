#pragma once
// What concerns a registry as a whole and no repository of it.
#include <string>
#include <vector>

#include "oci/registry.h"

namespace waybill::oci {

// Asks the registry whether it takes the credentials (distribution-spec 1.1, GET /v2/). Throws Denied. A registry that
// asks for none takes any.
void check_login(const std::string& registry, RegistryOptions options);

// The repositories of a registry, sorted. Docker's own extension (GET /v2/_catalog), which many registries do not
// have or allow only to few: NotFound, Denied.
[[nodiscard]] std::vector<std::string> list_repositories(const std::string& registry, RegistryOptions options);

}  // namespace waybill::oci
