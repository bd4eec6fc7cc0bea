#include "app/cli/key_options.h"

namespace waybill::cli {
namespace {

constexpr const char* kSigningKey =
    "private key: a cosign key file, PKCS#8 or SEC1 PEM, env://NAME, or a pkcs11: URI of a token";

void add_password_option(Command& command, std::string& password_file) {
  command.option("--password-file", &password_file, "FILE",
                 "file with the key's password or the token's PIN ('-' is standard input); default: WAYBILL_PASSWORD, "
                 "COSIGN_PASSWORD, else asked on the terminal");
}

}  // namespace

void add_trust_options(Command& command, TrustChoice& trust) {
  command.option("--key", &trust.keys, "KEY",
                 "a trusted public key (PEM) or env://NAME; may be given again: one of them must have signed");
  command.option("--password-file", &trust.password_file, "FILE", "password, if --key is a private key");
  command.option("--threshold", &trust.threshold, "N", "so many of the keys must have signed (default 1)");
  command.option("--annotation", &trust.annotations, "KEY=VALUE",
                 "the signature must hold this annotation; may be given again");
  CertificateChoice& certificates = trust.certificates;
  command.option("--certificate-identity", &certificates.identity, "NAME",
                 "instead of keys: who signed with a certificate (an e-mail address or a URI)");
  command.option("--certificate-identity-regexp", &certificates.identity_regexp, "EXPRESSION",
                 "the same as a regular expression that the whole name must match");
  command.option("--certificate-oidc-issuer", &certificates.oidc_issuer, "URL", "who must vouch for that name");
  command.option("--certificate-oidc-issuer-regexp", &certificates.oidc_issuer_regexp, "EXPRESSION",
                 "the same as a regular expression that the whole address must match");
  command.option("--trusted-root", &certificates.trusted_root, "FILE",
                 "the authorities and logs that are believed about certificates (sigstore's trusted_root.json)");
  command.option("--policy", &trust.policy, "FILE", "a policy instead of keys: who must have signed what");
  command.option("--trust", &trust.folder, "DIR", "a site's trust folder instead of keys");
  command.option("--as", &trust.repository, "REPOSITORY",
                 "apply the rules for this repository, as registry.example.com/gpu/bundle (default: the target's own)");
  command.option("--allow-older", &trust.allow_older, "",
                 "accept a bundle of an older epoch than the trust folder has seen");
}

void add_key_options(Command& command, KeyChoice& key) {
  command.option("--key", &key.key, "KEY", kSigningKey);
  add_password_option(command, key.password_file);
}

void add_signing_keys_options(Command& command, std::vector<std::string>& keys, std::string& password_file) {
  command.option("--key", &keys, "KEY", std::string(kSigningKey) + "; may be given again: each of them signs");
  add_password_option(command, password_file);
}

}  // namespace waybill::cli
