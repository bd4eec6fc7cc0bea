#include "app/cli/program.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
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

// Asked when something failed, perhaps before or while the options were read.
bool wants_json(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--format=json" || words[i] == "-tjson") return true;
    if ((words[i] == "--format" || words[i] == "-t") && i + 1 < words.size() && words[i + 1] == "json") return true;
  }
  const std::size_t position = command_position(words);
  const char* from_environment =
      position == words.size() ? nullptr : std::getenv(environment_name(words[position], "--format").c_str());
  return from_environment != nullptr && std::string_view(from_environment) == "json";
}

// What was thrown, as the failure that it means.
Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::filesystem::filesystem_error& problem) {
    return system_error(problem.code().value(), fmt::format("cannot use '{}'", problem.path1().string()));
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::NoSpace, "out of memory");
  } catch (const std::exception& exception) {
    return Error(ErrorCode::Internal, fmt::format("unexpected failure: {}", exception.what()))
        .hint("this is a defect: please report it");
  }
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
    if (has("--help") || has("-h")) {
      console.out(overview(commands()));
      return 0;
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
  GlobalOptions options = globals.resolved();
  // A machine that reads JSON gets JSON: notes are for people, unless they are asked for. Warnings stay.
  if (options.verbosity == 0 && wants_json(words)) options.quiet = true;
  Console console(options);
  return command.run(console);
}

}  // namespace

int run_program(const std::vector<std::string>& words) noexcept {
  try {
    try {
      return run_command(words);
    } catch (...) {
      const Error error = current_error();
      Console console{GlobalOptions{}};
      console.error(error, wants_json(words));
      return describe(error.code()).exit_status;
    }
  } catch (...) {
    return describe(ErrorCode::Internal).exit_status;
  }
}

}  // namespace waybill::cli
