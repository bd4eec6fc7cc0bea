#pragma once
// Signatures of commits, made by the programs and keys that git's configuration names, so that they are git's own:
// gpg.format (openpgp, the default and the only kind that Argo CD checks, or ssh), user.signingKey, gpg.program,
// gpg.openpgp.program, gpg.ssh.program. Passphrases are the business of gpg-agent and ssh-agent: nothing is asked here.
//
// A signature holds the time and random numbers, so two runs make two commits with different names from the same input;
// an equal tree still makes none.
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "git/identity.h"

namespace waybill::git {

// Signs the bytes of a commit; the result is what git's gpgsig header holds. Throws Denied (no key, or it cannot be
// used; with the program's words), Unavailable (the program is not installed), Timeout and Interrupted.
using CommitSigner = std::function<std::string(std::string_view commit)>;

// Throws InvalidInput for a configuration that names no key for ssh, or another format. Without user.signingKey GnuPG
// is asked for the committer's key, as git does.
[[nodiscard]] CommitSigner make_commit_signer(const Signature& committer, const Lookup& configuration,
                                              const Lookup& environment);

}  // namespace waybill::git
