#pragma once
// A file that one process holds at a time. The system releases it when its holder ends, however that happens. For the
// .cpp files of this room.
#include <chrono>
#include <filesystem>
#include <functional>

#include "core/unique_fd.h"

namespace waybill::git {

using Sleep = std::function<void(std::chrono::milliseconds)>;

// Made when missing, open for reading and writing, held until the result is closed. Waits for other processes, at most
// ten minutes (Unavailable). Throws Interrupted.
[[nodiscard]] UniqueFd lock_file(const std::filesystem::path& path, const Sleep& sleep);

}  // namespace waybill::git
