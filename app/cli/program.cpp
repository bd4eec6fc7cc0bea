#include "app/cli/program.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>

#include "app/cli/help.h"
#include "app/cli/parser.h"
#include "app/workflow/version.h"

namespace waybill::cli {
namespace {

// Asked when something failed, perhaps before or while the options were read.
bool wants_json(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--format=json" || words[i] == "-tjson") return true;
    if ((words[i] == "--format" || words[i] == "-t") && i + 1 < words.size() && words[i + 1] == "json") return true;
  }
  const std::string name = divide(commands(), words).name;
  const char* from_environment = name.empty() ? nullptr : std::getenv(environment_name(name, "--format").c_str());
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

// The words that an option was given, by flag or environment.
std::vector<std::string> words_of(const Option& option) {
  if (auto* const* text = std::get_if<std::string*>(&option.binding)) return {**text};
  if (auto* const* words = std::get_if<std::vector<std::string>*>(&option.binding)) return **words;
  return {};
}

// The failure, which says which option named a file that it quotes, or one below a folder, unless its own words do.
Error naming_the_option(Error error, const Command& command) {
  const std::string& message = error.message();
  for (const Option& option : command.options) {
    if (message.find(option.name) != std::string::npos) return error;
  }
  for (const Option& option : command.options) {
    if (option.value_name != "FILE" && option.value_name != "DIR" && option.value_name != "KEY") continue;
    for (std::string word : words_of(option)) {
      if (word.ends_with('/')) word.pop_back();
      const bool is_quoted = message.find(fmt::format("'{}'", word)) != std::string::npos ||
                             message.find(fmt::format("'{}/", word)) != std::string::npos;
      if (word.empty() || !is_quoted) continue;
      error.add_context(fmt::format("named by {}", option.name));
      return error;
    }
  }
  return error;
}

// What 'waybill --help' and 'waybill NAME --help' show; empty for a name that means nothing.
std::string help_for(const std::string& name) {
  if (name.empty()) return overview(commands());
  GlobalBindings globals;
  const std::vector<CommandEntry> inner = below(commands(), name);
  if (const CommandEntry* entry = find_command(commands(), name))
    return help_text(entry->make(), inner, globals.options());
  return inner.empty() ? std::string() : group_text(name, inner);
}

int run_command(const std::vector<std::string>& words) {
  Invocation invocation = divide(commands(), words);
  const auto has = [&](std::string_view word) {
    return std::find(invocation.rest.begin(), invocation.rest.end(), word) != invocation.rest.end();
  };
  bool help = has("--help") || has("-h");
  if (invocation.name.empty() && !help) {
    if (!has("--version"))
      throw Error(ErrorCode::InvalidInput, "no command given").hint("'waybill --help' lists the commands");
    Console console{GlobalOptions{}};
    console.out(fmt::format("waybill {}\n", program_version()));
    return 0;
  }
  if (invocation.name == "help") {
    help = true;
    invocation = divide(commands(), invocation.rest);
  }
  if (help) {
    const std::string text = help_for(invocation.name);
    if (text.empty()) throw unknown_command(commands(), invocation.name);
    Console console{GlobalOptions{}};
    console.out(text);
    return 0;
  }
  const CommandEntry* entry = find_command(commands(), invocation.name);
  if (entry == nullptr) throw unknown_command(commands(), invocation.name);
  const Command command = entry->make();
  GlobalBindings globals;
  parse(command, globals, invocation.rest);
  GlobalOptions options = globals.resolved();
  // A machine that reads JSON gets JSON: notes are for people, unless they are asked for. Warnings stay.
  if (options.verbosity == 0 && wants_json(words)) options.quiet = true;
  Console console(options);
  try {
    return command.run(console);
  } catch (...) {
    throw naming_the_option(current_error(), command);
  }
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
