#pragma once
// The options of commands that write a key pair, and what they say about it.
#include <string>

#include "app/cli/command.h"
#include "app/workflow/keys.h"

namespace waybill::cli {

struct KeyPairOptions {
  std::string prefix = "waybill";
  std::string password_file;
  bool compat = false;
  bool force = false;
  std::string format = "text";

  [[nodiscard]] KeyPairRequest request() const;
  void report(const KeyPairFiles& files, Console& console) const;
};

// --output-prefix, --password-file, --compat, --force and --format.
void add_key_pair_options(Command& command, KeyPairOptions& options);

}  // namespace waybill::cli
