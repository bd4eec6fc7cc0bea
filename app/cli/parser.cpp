#include "app/cli/parser.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill::cli {
namespace {

std::string names_of(const Option& option) {
  std::string names = option.name;
  for (const std::string& alias : option.aliases) names += "," + alias;
  return names;
}

// "Helm" and " helm" as the choice "helm".
std::string plain_word(std::string& word) {
  const auto is_blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  word.erase(word.begin(), std::ranges::find_if_not(word, is_blank));
  while (!word.empty() && is_blank(word.back())) word.pop_back();
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return {};
}

// Asked before the library converts, so that the refusal is in our words.
std::string check_number(const std::string& name, const std::string& word) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (problem == std::errc{} && end == word.data() + word.size()) return {};
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no value of {}", word, name))
      .hint("expected a whole number");
}

void add_option(CLI::App& app, const Option& option, std::string_view verb) {
  const std::string names = names_of(option);
  CLI::Option* added = nullptr;
  if (bool* const* flag = std::get_if<bool*>(&option.binding)) {
    added = app.add_flag(names, **flag)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  } else if (auto* const* text = std::get_if<std::string*>(&option.binding)) {
    added = app.add_option(names, **text)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  } else if (auto* const* optional = std::get_if<std::optional<std::string>*>(&option.binding)) {
    added = app.add_option(names, **optional)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  } else if (auto* const* number = std::get_if<std::int64_t*>(&option.binding)) {
    if (option.value_name.empty()) {
      added = app.add_flag(names, **number);  // counted
    } else {
      added = app.add_option(names, **number)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
      added->check(CLI::Validator([name = option.name](std::string& word) { return check_number(name, word); }, ""));
    }
  } else {
    // One value a flag: a list must not swallow the arguments after it.
    added = app.add_option(names, *std::get<std::vector<std::string>*>(option.binding))->allow_extra_args(false);
  }
  added->envname(environment_name(verb, option.name));
  if (!option.choices.empty()) {
    if (option.any_case) added->transform(CLI::Validator(plain_word, ""));
    added->check(CLI::Validator(
        [choices = option.choices, name = option.name](std::string& word) -> std::string {
          if (std::find(choices.begin(), choices.end(), word) != choices.end()) return {};
          throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no value of {}", word, name))
              .hint(suggestion(word, choices));
        },
        ""));
  }
}

// The arguments behind one that takes any number of words get the last of these, which keeps one at least.
void take_last_words(const std::vector<Argument>& arguments, std::vector<std::string>& words) {
  for (auto argument = arguments.rbegin(); argument != arguments.rend() && argument->values == nullptr; ++argument) {
    if (words.size() < 2) return;
    *argument->value = std::move(words.back());
    words.pop_back();
  }
}

std::vector<std::string> option_words(const Command& command, const std::vector<Option>& global) {
  std::vector<std::string> words{"--help"};
  for (const auto* options : {&command.options, &global}) {
    for (const Option& option : *options) {
      words.push_back(option.name);
      for (const std::string& alias : option.aliases) words.push_back(alias);
    }
  }
  return words;
}

}  // namespace

std::string environment_name(std::string_view verb, std::string_view flag) {
  std::string name = "WAYBILL";
  if (!verb.empty()) name += "_" + std::string(verb);
  flag.remove_prefix(1);  // of "--": the other becomes "_"
  name += flag;
  for (char& c : name) c = c == '-' || c == ' ' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::vector<Option> GlobalBindings::options() {
  return {
      {"--quiet", {"-q"}, &values.quiet, "", "on standard error, say nothing but warnings and errors", {}},
      {"--verbose",
       {"-v"},
       &values.verbosity,
       "",
       "show each request to a registry, and given twice its headers, never a secret",
       {}},
      {"--color", {}, &color, "WHEN", "auto, always or never; NO_COLOR is honoured", {"auto", "always", "never"}},
      {"--log-format",
       {},
       &log_format,
       "FORMAT",
       "how progress and warnings are written: text or json",
       {"text", "json"}},
      {"--no-progress", {}, &values.no_progress, "", "no progress on the terminal", {}},
  };
}

GlobalOptions GlobalBindings::resolved() const {
  GlobalOptions result = values;
  result.color = color == "always" ? Color::Always : color == "never" ? Color::Never : Color::Auto;
  result.log_format = log_format == "json" ? LogFormat::Json : LogFormat::Text;
  return result;
}

void parse(const Command& command, GlobalBindings& globals, const std::vector<std::string>& words) {
  CLI::App app;
  app.set_help_flag();  // asked for before: it is made from the same data as the manual
  const std::vector<Option> global = globals.options();
  for (const Option& option : global) add_option(app, option, {});
  for (const Option& option : command.options) add_option(app, option, command.name);
  const auto list =
      std::ranges::find_if(command.arguments, [](const Argument& each) { return each.values != nullptr; });
  for (auto argument = command.arguments.begin(); argument != command.arguments.end() && argument <= list; ++argument) {
    if (argument == list) {
      app.add_option(argument->name, *argument->values);
    } else {
      app.add_option(argument->name, *argument->value);
    }
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ExtrasError&) {
    const std::vector<std::string> extras = app.remaining();
    const std::string extra = extras.empty() ? std::string("?") : extras.front();
    if (extra.starts_with("-")) {
      const std::string word = extra.substr(0, extra.find('='));
      const std::string near = nearest(word, option_words(command, global));
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no option of 'waybill {}'", word, command.name))
          .hint(near.empty() ? fmt::format("see 'waybill {} --help'", command.name)
                             : fmt::format("did you mean '{}'?", near));
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("unexpected argument '{}'", extra))
        .hint(fmt::format("see 'waybill {} --help'", command.name));
  } catch (const CLI::ArgumentMismatch& problem) {
    const std::string text = problem.what();  // "--service: At Most 1 required but received 2"
    const std::string flag = text.substr(0, text.find(':'));
    const bool repeated = text.find("At Most") != std::string::npos;
    throw Error(ErrorCode::InvalidInput,
                repeated ? fmt::format("'{}' is given more than once", flag) : fmt::format("'{}' needs a value", flag))
        .hint(fmt::format("see 'waybill {} --help'", command.name));
  } catch (const CLI::ParseError& problem) {
    std::string text = problem.what();
    while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
    throw Error(ErrorCode::InvalidInput, text).hint(fmt::format("see 'waybill {} --help'", command.name));
  }
  if (list != command.arguments.end()) take_last_words(command.arguments, *list->values);
  for (const Argument& argument : command.arguments) {
    if (argument.required && (argument.values != nullptr ? argument.values->empty() : argument.value->empty())) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("'waybill {}' needs {}: {}", command.name, argument.name, argument.help))
          .hint(fmt::format("see 'waybill {} --help'", command.name));
    }
  }
}

}  // namespace waybill::cli
