#include "app/cli/program.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <new>

#include "app/cli/parser.h"
#include "app/workflow/version.h"
#include "core/suggest.h"

namespace waybill::cli {
namespace {

// The global options may stand before the command too; those that take a value must not hide it.
std::size_t command_position(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) return i;
    if (words[i] == "--color" || words[i] == "--log-format") ++i;
  }
  return words.size();
}

const CommandEntry& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const CommandEntry& entry : commands()) {
    if (name == entry.name) return entry;
    names.emplace_back(entry.name);
  }
  const std::string near = nearest(name, names);
  throw Error(ErrorCode::InvalidInput, fmt::format("no command '{}'", name))
      .hint(near.empty() ? "'waybill --help' lists the commands" : fmt::format("did you mean '{}'?", near));
}

bool wants_json(const std::vector<std::string>& words) noexcept {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--format=json" || words[i] == "-tjson") return true;
    if ((words[i] == "--format" || words[i] == "-t") && i + 1 < words.size() && words[i + 1] == "json") return true;
  }
  return false;
}

int run_command(const std::vector<std::string>& words) {
  const std::size_t position = command_position(words);
  const auto has = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (position == words.size()) {
    Console console{GlobalOptions{}};
    if (has("--version")) {
      console.out(fmt::format("waybill {}\n", program_version()));
      return 0;
    }
    if (words.empty() || has("--help") || has("-h")) {
      console.out(overview(commands()));
      return words.empty() ? describe(ErrorCode::InvalidInput).exit_status : 0;
    }
    throw Error(ErrorCode::InvalidInput, "no command given").hint("'waybill --help' lists the commands");
  }
  std::vector<std::string> rest = words;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(position));
  if (words[position] == "help") {
    Console console{GlobalOptions{}};
    if (rest.empty()) {
      console.out(overview(commands()));
    } else {
      GlobalBindings globals;
      console.out(help_text(find_command(rest.front()).make(), globals.options()));
    }
    return 0;
  }
  const Command command = find_command(words[position]).make();
  GlobalBindings globals;
  if (parse(command, globals, rest) == Parsed::Help) {
    Console console{GlobalOptions{}};
    console.out(help_text(command, globals.options()));
    return 0;
  }
  Console console(globals.resolved());
  return command.run(console);
}

}  // namespace

int run_program(const std::vector<std::string>& words) noexcept {
  try {
    try {
      return run_command(words);
    } catch (const Error& error) {
      Console console{GlobalOptions{}};
      console.error(error, wants_json(words));
      return describe(error.code()).exit_status;
    } catch (const std::bad_alloc&) {
      Console console{GlobalOptions{}};
      console.error(Error(ErrorCode::NoSpace, "out of memory"), wants_json(words));
      return describe(ErrorCode::NoSpace).exit_status;
    } catch (const std::exception& exception) {
      Console console{GlobalOptions{}};
      console.error(Error(ErrorCode::Internal, fmt::format("unexpected failure: {}", exception.what())).hint("this is a defect: please report it"),
                    wants_json(words));
      return describe(ErrorCode::Internal).exit_status;
    }
  } catch (...) {
    return describe(ErrorCode::Internal).exit_status;
  }
}

}  // namespace waybill::cli
