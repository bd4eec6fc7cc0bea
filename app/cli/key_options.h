#pragma once
// The options of commands that sign, and of those that want a signature.
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/workflow/keys.h"
#include "app/workflow/trust_choice.h"

namespace waybill::cli {

// --key, --policy, --trust and what goes with them, of those that must see a signature of whom they trust.
void add_trust_options(Command& command, TrustChoice& trust);

// --key and --password-file of those that sign with one key, and with several.
void add_key_options(Command& command, KeyChoice& key);
void add_signing_keys_options(Command& command, std::vector<std::string>& keys, std::string& password_file);

}  // namespace waybill::cli
