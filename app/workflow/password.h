#pragma once
// Where the password of an encrypted key comes from.
#include <functional>
#include <string>

#include "app/workflow/services.h"
#include "core/secret.h"

namespace waybill {

enum class PasswordUse : bool { Open, Create };

// In this order: `password_file` ("-" is standard input; one trailing line feed is not part of it), WAYBILL_PASSWORD,
// COSIGN_PASSWORD (both also when set to nothing), the terminal (twice when creating). Throws InvalidInput, naming
// these, when none is there. Standard input is never read unless it is named.
[[nodiscard]] SecretBytes obtain_password(const std::string& password_file, PasswordUse use, const Services& services);

}  // namespace waybill
