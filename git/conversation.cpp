#include "git/conversation.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/interrupt.h"
#include "git/failure.h"

namespace waybill::git {
namespace {

constexpr unsigned kMostAttempts = 16;
constexpr std::size_t kLongestRemarks = 4096;

// libgit2 takes zero-terminated text and keeps (and wipes) its own copy.
SecretBytes terminated(const SecretBytes& secret) {
  SecretBytes result(secret.size() + 1);
  std::ranges::copy(secret.bytes(), result.bytes().begin());
  result.bytes().back() = std::byte{0};
  return result;
}

Conversation& self(void* payload) { return *static_cast<Conversation*>(payload); }

}  // namespace

template <typename Body>
int Conversation::guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (...) {
    failure_ = std::current_exception();
    return GIT_EUSER;
  }
}

git_remote_callbacks Conversation::callbacks() noexcept {
  git_remote_callbacks result = {};
  result.version = GIT_REMOTE_CALLBACKS_VERSION;
  result.payload = this;
  result.credentials = [](git_credential** out, const char*, const char*, unsigned allowed, void* payload) {
    return self(payload).guarded([&] { return self(payload).give_credential(out, allowed); });
  };
  // Any result from 0 on accepts the certificate, whatever libgit2 found out about it (1.5.1; cert.h says otherwise).
  result.certificate_check = [](git_cert*, int valid, const char*, void*) -> int {
    return valid == 1 ? 0 : GIT_ECERTIFICATE;
  };
  result.transfer_progress = [](const git_indexer_progress* progress, void* payload) {
    return self(payload).guarded([&] {
      throw_if_interrupted();
      if (progress->received_bytes <= self(payload).fetch_limit_) return 0;
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the server sends more than {} bytes", self(payload).fetch_limit_));
    });
  };
  result.push_transfer_progress = [](unsigned, unsigned, std::size_t, void* payload) {
    return self(payload).guarded([] {
      throw_if_interrupted();
      return 0;
    });
  };
  result.sideband_progress = [](const char* text, int length, void* payload) {
    return self(payload).guarded([&] {
      throw_if_interrupted();
      std::string& remarks = self(payload).remarks_;
      if (length > 0)
        remarks.append(text, std::min(static_cast<std::size_t>(length), kLongestRemarks - remarks.size()));
      return 0;
    });
  };
  result.push_negotiation = [](const git_push_update** updates, std::size_t count, void* payload) {
    return self(payload).guarded([&] {
      const git_oid nothing = {};
      const git_oid& wanted = self(payload).expected_ ? *self(payload).expected_ : nothing;
      const bool same = count == 1 && library().git_oid_equal(&updates[0]->src, &wanted) != 0;
      self(payload).found_other_commit_ = !same;
      return same ? 0 : static_cast<int>(GIT_EUSER);
    });
  };
  result.push_update_reference = [](const char*, const char* status, void* payload) {
    return self(payload).guarded([&] {
      if (status != nullptr) self(payload).refusal_ = clean_line(status);
      return 0;
    });
  };
  return result;
}

int Conversation::give_credential(git_credential** out, unsigned allowed) {
  throw_if_interrupted();
  // ssh asks for the name alone when the address has none.
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0)
    return library().git_credential_username_new(out, address_.user().c_str());
  while (credentials_ != nullptr && attempts_ < kMostAttempts) {
    const std::optional<Credential> credential = credentials_->credential(address_, attempts_++);
    if (!credential) break;
    const int result = make_credential(out, *credential, allowed);
    if (result != GIT_PASSTHROUGH) return result;
  }
  const std::string remark = credentials_ != nullptr ? credentials_->remark() : std::string();
  throw Error(ErrorCode::Denied, fmt::format("'{}' wants credentials, and {}{}", address_.text(),
                                             attempts_ > 1 ? "accepts none of those we have" : "we have none",
                                             remark.empty() ? "" : fmt::format(" ({})", remark)))
      .hint(address_.transport() == Transport::Ssh
                ? "add a key to the ssh agent, or an ed25519 or ECDSA key file in ~/.ssh (RSA keys do not work)"
                : "set WAYBILL_GIT_TOKEN or a git credential helper");
}

int Conversation::make_credential(git_credential** out, const Credential& credential, unsigned allowed) const {
  const Library& git = library();
  if (const auto* known = std::get_if<UserPassword>(&credential)) {
    if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) == 0) return GIT_PASSTHROUGH;
    return git.git_credential_userpass_plaintext_new(out, known->user.c_str(),
                                                     terminated(known->password).view().data());
  }
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) == 0) return GIT_PASSTHROUGH;
  if (const auto* file = std::get_if<SshKeyFile>(&credential)) {
    const std::string half = file->public_key.string();
    return git.git_credential_ssh_key_new(out, address_.user().c_str(), half.empty() ? nullptr : half.c_str(),
                                          file->private_key.c_str(), nullptr);
  }
  return git.git_credential_ssh_key_from_agent(out, address_.user().c_str());
}

int Conversation::check_result(int result, std::string_view what) {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  return check(result, what);
}

}  // namespace waybill::git
