#include "git/conversation.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/interrupt.h"
#include "git/failure.h"
#include "git/transport.h"

namespace waybill::git {
namespace {

constexpr std::size_t kLongestRemarks = 4096;

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
  result.transport = [](git_transport** out, git_remote* owner, void* payload) {
    return make_transport(out, owner, self(payload).carrier_, self(payload).failure_);
  };
  // Certificates and host keys are the carriers' business; any result from 0 on would accept one (libgit2 1.5.1).
  result.certificate_check = [](git_cert*, int, const char*, void*) -> int { return GIT_ECERTIFICATE; };
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
      const bool as_expected = count == 1 && same(updates[0]->src, self(payload).expected_.value_or(nothing));
      self(payload).found_other_commit_ = !as_expected;
      return as_expected ? 0 : static_cast<int>(GIT_EUSER);
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

int Conversation::check_result(int result, std::string_view what) {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  return check(result, what);
}

}  // namespace waybill::git
