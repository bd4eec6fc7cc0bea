#include "app/workflow/input_file.h"

#include <fmt/core.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file_system.h"
#include "core/stream.h"
#include "core/unique_fd.h"

namespace waybill {

InputFile read_input_file(const std::string& path, std::string_view what) {
  if (path == "-") {
    FdSource input(UniqueFd(::dup(STDIN_FILENO)), "standard input");
    return {"standard input", read_all(input, kLargestTextFile, "standard input")};
  }
  if (path.starts_with("http://") || path.starts_with("https://")) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} takes a file, not the address '{}'", what, path))
        .hint(fmt::format("download it first, for example: curl -fsSL URL | waybill … {} -", what));
  }
  if (path.starts_with("cm://")) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} takes a file, not the ConfigMap '{}'", what, path))
        .hint(fmt::format(
            "reading from a cluster is not supported yet; save it first: kubectl -n NAMESPACE get configmap NAME -o "
            "jsonpath='{{.data.snapshot\\.yaml}}' > FILE, then {} FILE",
            what));
  }
  return {path, read_file(path)};
}

}  // namespace waybill
