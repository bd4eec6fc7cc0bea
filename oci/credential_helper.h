#pragma once
// Docker's credential helpers: programs `docker-credential-NAME` that keep passwords in a key ring.
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace waybill::oci {

// Throws InvalidInput unless the name is made of letters, digits, '.', '_' and '-': it becomes a program's name.
void check_helper_name(std::string_view name);

// Runs `docker-credential-NAME get`, found in PATH, without a shell; `server` is its input and at most 64 KiB of output
// are taken. nullopt when it knows no credentials; Denied when it fails otherwise or takes longer than 30 seconds.
[[nodiscard]] std::optional<SecretBytes> run_credential_helper(const std::string& name, const std::string& server);

}  // namespace waybill::oci
