#pragma once
// One connection to a git server: the callbacks that libgit2 asks while it talks, and what they saw.
// For the .cpp files of this room.
#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "git/channel.h"
#include "git/libgit2.h"

namespace waybill::git {

class Conversation {
 public:
  // The carrier must live as long as the conversation. At most `fetch_limit` bytes are taken.
  Conversation(Carrier& carrier, std::uint64_t fetch_limit) noexcept : carrier_(carrier), fetch_limit_(fetch_limit) {}
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  [[nodiscard]] git_remote_callbacks callbacks() noexcept;

  // The push must find the branch at this commit (nothing: missing), or it is stopped before anything is sent.
  void expect(const std::optional<git_oid>& commit) noexcept { expected_ = commit; }
  [[nodiscard]] bool found_other_commit() const noexcept { return found_other_commit_; }
  // Why the server did not move the branch, in its words; libgit2 calls such a push a success.
  [[nodiscard]] const std::optional<std::string>& refusal() const noexcept { return refusal_; }
  // What it said beside that, such as the output of hooks.
  [[nodiscard]] const std::string& remarks() const noexcept { return remarks_; }

  // For the result of each call that used the callbacks: rethrows what happened inside them, then checks.
  int check_result(int result, std::string_view what);

 private:
  // The body of a callback: no exception may pass through libgit2.
  template <typename Body>
  int guarded(Body&& body) noexcept;

  Carrier& carrier_;
  std::uint64_t fetch_limit_;
  std::optional<git_oid> expected_;
  bool found_other_commit_ = false;
  std::optional<std::string> refusal_;
  std::string remarks_;
  std::exception_ptr failure_;
};

}  // namespace waybill::git
