#pragma once
// The options of commands that sign, and of those that want a signature.
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/workflow/keys.h"

namespace waybill::cli {

// --key and --password-file of those that must see the signature of one of these keys.
void add_trusted_key_options(Command& command, std::vector<std::string>& keys, std::string& password_file);

// --key and --password-file of those that sign.
void add_key_options(Command& command, KeyChoice& key);

}  // namespace waybill::cli
