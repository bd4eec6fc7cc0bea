#pragma once
// A text file of templates/, as it was when the program was compiled. A room declares the table of its own as
// `std::span<const EmbeddedText> templates()`; the build generates the definition (cmake/embed_texts.cmake).
#include <string_view>

namespace waybill {

struct EmbeddedText {
  std::string_view path;  // below the room's folder of templates/, "health/argoproj.io_Application.lua"
  std::string_view text;
};

}  // namespace waybill
