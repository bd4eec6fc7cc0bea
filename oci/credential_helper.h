#pragma once
// Docker's credential helpers: programs `docker-credential-NAME` that keep passwords in a key ring.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace waybill::oci {

// Throws InvalidInput unless the name is made of letters, digits, '.', '_' and '-': it becomes a program's name.
void check_helper_name(std::string_view name);

enum class HelperVerb : std::uint8_t { Get, Store, Erase };

// Runs `docker-credential-NAME get|store|erase`, found in PATH, without a shell; at most 64 KiB go in and come out. The
// input is the server's name, or for Store {"ServerURL", "Username", "Secret"}; the output of Get the same. nullopt
// when it knows no credentials; Denied when it fails otherwise or takes longer than 30 seconds.
[[nodiscard]] std::optional<SecretBytes> run_credential_helper(const std::string& name, HelperVerb verb,
                                                               std::string_view input);

}  // namespace waybill::oci
