#pragma once
// Fills a command's bindings from the words of the command line and the environment. CLI11 does the grammar; it appears
// in parser.cpp only.
//
// Precedence: the flag, then WAYBILL_<FLAG> for global options and WAYBILL_<VERB>_<FLAG> for the others, then the
// default that the binding holds. A single-valued flag given twice, an unknown flag or value, a missing argument:
// InvalidInput with the nearest right word.
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/command.h"

namespace waybill::cli {

// The options that every command takes, and where their values go.
struct GlobalBindings {
  GlobalOptions values;
  std::string color = "auto";
  std::string log_format = "text";
  // The options in the form of a command's own.
  [[nodiscard]] std::vector<Option> options();
  // The values, once everything is parsed.
  [[nodiscard]] GlobalOptions resolved() const;
};

// The variable that stands behind a flag; without a verb, behind a global one.
[[nodiscard]] std::string environment_name(std::string_view verb, std::string_view flag);

void parse(const Command& command, GlobalBindings& globals, const std::vector<std::string>& words);

}  // namespace waybill::cli
