#pragma once
// Whom a command trusts, as the command line says it: keys, holders of certificates, a policy file, or a site's trust
// folder. All of them become one policy.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/workflow/certificate_choice.h"
#include "app/workflow/services.h"
#include "app/workflow/trust_folder.h"
#include "oci/target.h"
#include "signing/policy.h"

namespace waybill {

struct TrustChoice {
  std::vector<std::string> keys;  // files or env://NAME; `threshold` of them must have signed
  std::string password_file;      // for keys that are private ones
  std::int64_t threshold = 1;
  std::vector<std::string> annotations;  // K=V that the signatures must hold; with keys only
  CertificateChoice certificates;        // instead of keys
  std::string policy;                    // a file
  std::string folder;                    // a site's trust
  std::string repository;                // whose rules apply; empty: the target's
  bool allow_older = false;              // than the site has seen

  // Whether anybody was named at all.
  [[nodiscard]] bool given() const noexcept {
    return !keys.empty() || certificates.given() || !policy.empty() || !folder.empty();
  }
};

struct Trust {
  signing::Policy policy;
  std::optional<TrustFolder> folder;
  std::optional<std::string> repository;
  bool allow_older = false;
  std::int64_t now = 0;  // for the check called expiry and nothing else
};

// Throws InvalidInput when nobody or more than one kind is named, and what reading them does.
[[nodiscard]] Trust open_trust(const TrustChoice& choice, const Services& services);

// The name by which a rule is found: "registry/repository" of a registry's target, nullopt of everything else.
[[nodiscard]] std::optional<std::string> repository_of(const oci::Target& target);

// "K=V" words, each name once. Throws InvalidInput.
[[nodiscard]] std::map<std::string, std::string> parse_annotations(const std::vector<std::string>& words);

}  // namespace waybill
