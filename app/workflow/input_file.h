#pragma once
// Documents that a user names: files, or standard input.
#include <string>
#include <string_view>

namespace waybill {

struct InputFile {
  std::string name;  // as messages call it
  std::string text;
};

// "standard input" for "-".
[[nodiscard]] std::string input_name(const std::string& path);

// Reads a file, or standard input for "-". `what` names the option, for refusing places that are no files: URLs and
// ConfigMaps (InvalidInput, with what to do instead). Throws NotFound; InvalidInput for more than 64 MiB.
[[nodiscard]] InputFile read_input_file(const std::string& path, std::string_view what);

}  // namespace waybill
