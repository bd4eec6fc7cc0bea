#include "git/commit_signer.h"

#include <fmt/core.h>

#include <utility>
#include <vector>

#include "core/error.h"
#include "core/file_system.h"
#include "git/failure.h"
#include "git/program.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

// A person may have to type a passphrase or touch a token.
constexpr std::chrono::minutes kSigningTimeout{5};

std::string run_signer(std::vector<std::string> argv, std::string_view commit, std::string_view hint) {
  const std::string program = argv.front();
  const auto result = run_program({.argv = std::move(argv), .input = commit, .timeout = kSigningTimeout});
  if (!result) {
    throw Error(ErrorCode::Unavailable, fmt::format("the commit cannot be signed: '{}' is not installed", program))
        .hint("git's configuration names the program: gpg.program, gpg.ssh.program");
  }
  std::string signature(result->out.view());
  if (result->exit_status != 0 || signature.find("-----BEGIN ") == std::string::npos) {
    throw Error(ErrorCode::Denied, fmt::format("'{}' does not sign the commit: {}", program, clean_line(result->err)))
        .hint(std::string(hint));
  }
  return signature;
}

std::string sign_with_gpg(const std::string& program, const std::string& key, std::string_view commit) {
  return run_signer(
      {program, "--batch", "--armor", "--detach-sign", "--local-user", key, "--output", "-"}, commit,
      fmt::format("'{} --list-secret-keys' lists the keys; git's user.signingKey names one; gpg-agent must "
                  "know the passphrase or be able to ask for it",
                  program));
}

// A key file, or the public key itself, whose private half an agent holds.
std::string sign_with_ssh(const std::string& program, const std::string& key, std::string_view commit) {
  constexpr std::string_view kHint =
      "git's user.signingKey names a key file; a key with a passphrase must be in the ssh "
      "agent ('ssh-add')";
  const bool literal = key.starts_with("ssh-") || key.starts_with("ecdsa-") || key.starts_with("sk-");
  if (!literal && !key.starts_with("key::"))
    return run_signer({program, "-Y", "sign", "-n", "git", "-f", key}, commit, kHint);
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "key.pub";
  write_file(file, key.substr(literal ? 0 : 5) + "\n", Overwrite::Yes, 0600);
  return run_signer({program, "-Y", "sign", "-n", "git", "-U", "-f", file.string()}, commit, kHint);
}

// A leading "~/" as git expands it in this place.
std::string expanded(const std::string& path, const Lookup& environment) {
  if (!path.starts_with("~/")) return path;
  const auto home = environment("HOME");
  return home ? *home + path.substr(1) : path;
}

}  // namespace

CommitSigner make_commit_signer(const Signature& committer, const Lookup& configuration, const Lookup& environment) {
  const std::string format = configuration("gpg.format").value_or("openpgp");
  const auto key = configuration("user.signingKey");
  if (format == "openpgp") {
    const auto general = configuration("gpg.program");
    const std::string program =
        expanded(configuration("gpg.openpgp.program").value_or(general.value_or("gpg")), environment);
    const std::string name = key.value_or(fmt::format("{} <{}>", committer.name, committer.email));
    return [program, name](std::string_view commit) { return sign_with_gpg(program, name, commit); };
  }
  if (format == "ssh") {
    if (!key) {
      throw Error(ErrorCode::InvalidInput, "no key signs the commit: gpg.format is ssh and user.signingKey is not set")
          .hint("'git config --global user.signingKey ~/.ssh/id_ed25519.pub'");
    }
    const std::string program = expanded(configuration("gpg.ssh.program").value_or("ssh-keygen"), environment);
    return [program, name = expanded(*key, environment)](std::string_view commit) {
      return sign_with_ssh(program, name, commit);
    };
  }
  throw Error(ErrorCode::InvalidInput, fmt::format("git's gpg.format is '{}', which cannot sign here", format))
      .hint("openpgp (Argo CD checks only these) or ssh");
}

}  // namespace waybill::git
