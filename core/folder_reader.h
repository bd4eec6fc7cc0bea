#pragma once
// Reads a folder from untrusted hands: everything is opened relative to its own folder and never through a link, so
// what is read lies below the folder even while somebody exchanges parts of it.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string_view>

#include "core/file_tree.h"

namespace waybill {

struct FolderLimits {
  std::uint64_t bytes = 1ULL << 30;                                      // of all files together
  std::uint64_t file_bytes = std::numeric_limits<std::uint64_t>::max();  // of each
  std::uint64_t entries = 1'000'000;                                     // files and folders
  std::uint32_t depth = 64;                                              // folders inside each other
};

// Whether a file or folder, by its path in the folder, is left out without being opened.
using LeaveOut = std::function<bool(std::string_view path)>;

// The folder itself may be named by a link; nothing in it may be one. Links, sockets, pipes and devices are
// InvalidInput, as is what exceeds a limit or has a name that RelPath refuses. Throws NotFound for a folder that is not
// there, and for what vanishes while it is read.
[[nodiscard]] FileTree read_folder(const std::filesystem::path& folder, const FolderLimits& limits,
                                   const LeaveOut& leave_out = {});

}  // namespace waybill
