#pragma once
// Waiting for the disk.
#include <string_view>

namespace waybill {

// Returns when what was written through the descriptor, a file's or a folder's, is on the disk. What a file system
// cannot sync (pipes, devices, folders of some) has nothing to wait for. Everything else is thrown as system_error()
// does it: a write that failed only now, a medium that is gone, a file system that became read-only because of that.
// `name` is for the message.
void sync_to_disk(int fd, std::string_view name);

}  // namespace waybill
