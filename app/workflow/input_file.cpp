#include "app/workflow/input_file.h"

#include <fmt/core.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file_system.h"
#include "core/stream.h"
#include "core/unique_fd.h"

namespace waybill {

std::string input_name(const std::string& path) { return path == "-" ? "standard input" : path; }

InputFile read_input_file(const std::string& path, std::string_view what) {
  if (path == "-") {
    const std::string name = input_name(path);
    FdSource input(UniqueFd(::dup(STDIN_FILENO)), name);
    return {name, read_all(input, kLargestTextFile, name)};
  }
  if (path.starts_with("http://") || path.starts_with("https://")) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} takes a file, not the address '{}'", what, path))
        .hint(fmt::format("download it first, for example: curl -fsSL URL | waybill … {} -", what));
  }
  if (path.starts_with("cm://")) {
    // aicr keeps snapshots and recipes under one key; nothing writes criteria into ConfigMaps.
    const std::string_view key = what == "--criteria" ? "KEY" : "snapshot\\.yaml";
    throw Error(ErrorCode::InvalidInput, fmt::format("{} takes a file, not the ConfigMap '{}'", what, path))
        .hint(fmt::format(
            "reading from a cluster is not supported yet; save it first: kubectl -n NAMESPACE get configmap NAME -o "
            "jsonpath='{{.data.{}}}' > FILE, then {} FILE",
            key, what));
  }
  return {path, read_file(path)};
}

}  // namespace waybill
