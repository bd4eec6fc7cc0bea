#pragma once
// Lets libgit2 speak its protocol over our channels. For the .cpp files of this room.
#include <exception>

#include "git/channel.h"
#include "git/libgit2.h"

namespace waybill::git {

// A transport for `owner`, as git_remote_callbacks::transport wants it. What is thrown inside goes to `failure`, and
// libgit2 sees GIT_EUSER. All must live as long as the remote.
int make_transport(git_transport** out, git_remote* owner, Carrier& carrier, std::exception_ptr& failure);

}  // namespace waybill::git
