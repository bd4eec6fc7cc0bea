#include "app/workflow/trust_choice.h"

#include <fmt/core.h>

#include "app/workflow/keys.h"
#include "core/error.h"
#include "core/file_system.h"
#include "signing/strict_document.h"

namespace waybill {
namespace {

signing::Policy read_policy(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  return signing::parse_policy(read_file(file, signing::kLargestTrustInput), file, [&](const std::string& key) {
    constexpr std::uint64_t kLargestKeyFile = std::uint64_t{64} * 1024;
    return read_file(folder / key, kLargestKeyFile);
  });
}

}  // namespace

Trust open_trust(const TrustChoice& choice, const Services& services) {
  if (!choice.given()) {
    throw Error(ErrorCode::InvalidInput, "nobody is trusted: no key given")
        .hint(
            "name the signer's public key with --key, a policy with --policy, a trust folder with --trust, or who "
            "signs "
            "with a certificate with --certificate-identity");
  }
  if (int{!choice.keys.empty()} + int{choice.certificates.given()} + int{!choice.policy.empty()} +
          int{!choice.folder.empty()} !=
      1)
    throw Error(ErrorCode::InvalidInput,
                "--key, --certificate-identity, --policy and --trust exclude each other: each says whom to trust");
  if (choice.certificates.given() && choice.threshold != 1)
    throw Error(ErrorCode::InvalidInput, "--threshold goes with --key: certificates are counted as one signer");
  if (choice.keys.empty() && !choice.certificates.given() && (choice.threshold != 1 || !choice.annotations.empty()))
    throw Error(ErrorCode::InvalidInput, "--threshold and --annotation go with --key")
        .hint("a policy and a trust folder say it themselves");
  if (choice.allow_older && choice.folder.empty())
    throw Error(ErrorCode::InvalidInput, "--allow-older goes with --trust: only a trust folder remembers epochs");
  Trust trust;
  if (!choice.folder.empty()) {
    trust.folder = TrustFolder::open(choice.folder);
    trust.policy = trust.folder->current().document.policy;
  } else if (choice.certificates.given()) {
    trust.policy =
        signing::policy_of_certificates(open_certificates(choice.certificates), parse_annotations(choice.annotations));
  } else if (!choice.policy.empty()) {
    trust.policy = read_policy(choice.policy);
  } else {
    if (choice.threshold < 1) throw Error(ErrorCode::InvalidInput, "--threshold is a number from 1 on");
    trust.policy =
        signing::policy_of_keys(open_public_keys(choice.keys, choice.password_file, services),
                                static_cast<std::size_t>(choice.threshold), parse_annotations(choice.annotations));
  }
  if (!choice.repository.empty()) trust.repository = choice.repository;
  trust.allow_older = choice.allow_older;
  trust.now = services.now();
  return trust;
}

std::optional<std::string> repository_of(const oci::Target& target) {
  const auto* registry = std::get_if<oci::RegistryTarget>(&target);
  return registry == nullptr ? std::nullopt : std::optional(registry->reference.name());
}

std::map<std::string, std::string> parse_annotations(const std::vector<std::string>& words) {
  std::map<std::string, std::string> annotations;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no annotation", word)).hint("write KEY=VALUE");
    if (!annotations.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
      throw Error(ErrorCode::InvalidInput, fmt::format("the annotation '{}' is given twice", word.substr(0, equals)));
  }
  return annotations;
}

}  // namespace waybill
