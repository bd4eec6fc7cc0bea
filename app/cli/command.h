#pragma once
// A command of the program as data: name, options, examples, what it runs. Parsing, --help, completion and manual pages
// are all made from it, so they cannot disagree.
//
//   Command command{"recipe", "Resolve a recipe for a target", …};
//   command.option("--service", request.service, "NAME", "cloud service: eks, gke, …");
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/cli/console.h"

namespace waybill::cli {

// Where an option's value goes. A bool is a switch without a value, a number without a value name counts how often its
// switch is given; a vector may be given several times.
using Binding =
    std::variant<bool*, std::string*, std::optional<std::string>*, std::int64_t*, std::vector<std::string>*>;

struct Option {
  std::string name;                  // "--service"
  std::vector<std::string> aliases;  // "--gpu", "-r"
  Binding binding;
  std::string value_name;  // "DIR"; empty for switches
  std::string help;
  std::vector<std::string> choices;  // the only values allowed; empty: any
  bool any_case = false;             // of choices: blanks around the word and capitals are overlooked
};

struct Argument {
  std::string name;  // "BUNDLE"
  std::string* value;
  std::string help;
  bool required = true;
  std::vector<std::string> choices = {};       // the only values there are, for completion; empty: any
  std::vector<std::string>* values = nullptr;  // instead of `value`, of one argument: any number of words
};

struct Example {
  std::string command;
  std::string purpose;
};

struct Command {
  std::string name;
  std::string summary;      // one line, no final stop
  std::string description;  // paragraphs
  std::vector<Argument> arguments;
  std::vector<Option> options;
  std::vector<Example> examples;
  // Runs with the bound values; results go to console.out(). Returns the exit status.
  std::function<int(Console&)> run;

  Option& option(std::string flag, Binding binding, std::string value_name, std::string help) {
    return options.emplace_back(
        Option{std::move(flag), {}, binding, std::move(value_name), std::move(help), {}, false});
  }
};

}  // namespace waybill::cli
