#include "app/cli/key_pair_options.h"

#include <fmt/core.h>

#include "app/cli/recipe_options.h"
#include "core/json/writer.h"

namespace waybill::cli {

KeyPairRequest KeyPairOptions::request() const {
  return {prefix, password_file, force ? ReplaceKeys::Yes : ReplaceKeys::No,
          compat ? signing::KeyFileForm::Old : signing::KeyFileForm::Current};
}

void KeyPairOptions::report(const KeyPairFiles& files, Console& console) const {
  if (format == "json") {
    console.out(json::write_pretty(
        Value::map({{"privateKey", files.private_key}, {"publicKey", files.public_key}, {"keyId", files.key_id}})));
  } else {
    console.out(fmt::format("private key  {}\npublic key   {}\nkey id       {}\n", files.private_key, files.public_key,
                            files.key_id));
  }
}

void add_key_pair_options(Command& command, KeyPairOptions& options) {
  command.option("--output-prefix", &options.prefix, "PREFIX", "where the two files go (default waybill)");
  command.option("--password-file", &options.password_file, "FILE",
                 "file with the password ('-' is standard input); default: WAYBILL_PASSWORD, COSIGN_PASSWORD, else "
                 "asked on the terminal");
  command.option("--compat", &options.compat, "",
                 "write the form that cosign's first versions read (scrypt with N = 32768, half the work)");
  command.option(
      "--force", &options.force, "",
      "replace files that are there: whatever the old key signed can then be verified only with the old public key");
  add_format_option(command, options.format, {"text", "json"});
}

}  // namespace waybill::cli
