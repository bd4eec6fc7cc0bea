#include "app/cli/key_options.h"

namespace waybill::cli {

void add_trusted_key_options(Command& command, std::vector<std::string>& keys, std::string& password_file) {
  command.option("--key", &keys, "KEY",
                 "a trusted public key (PEM) or env://NAME; may be given again: one of them must have signed");
  command.option("--password-file", &password_file, "FILE", "password, if --key is a private key");
}

void add_key_options(Command& command, KeyChoice& key) {
  command.option("--key", &key.key, "KEY", "private key: a cosign key file, PKCS#8 or SEC1 PEM, or env://NAME");
  command.option("--password-file", &key.password_file, "FILE",
                 "file with the key's password ('-' is standard input); default: WAYBILL_PASSWORD, COSIGN_PASSWORD, "
                 "else asked on the terminal");
}

}  // namespace waybill::cli
