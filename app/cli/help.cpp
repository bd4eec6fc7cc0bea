#include "app/cli/help.h"

#include <fmt/core.h>

#include <algorithm>

namespace waybill::cli {
namespace {

constexpr std::size_t kWidth = 100;

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string result;
  const std::string margin(indent, ' ');
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      result += '\n';
      column = 0;
      ++at;
      continue;
    }
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (column != 0 && column + 1 + word.size() > kWidth - indent) {
      result += '\n';
      column = 0;
    }
    if (column == 0) {
      result += margin;
    } else {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    at = end;
  }
  return result + "\n";
}

std::string spelled(const Option& option) {
  std::string text;
  for (const std::string& alias : option.aliases) {
    if (alias.size() == 2) text += alias + ", ";
  }
  text += option.name;
  for (const std::string& alias : option.aliases) {
    if (alias.size() > 2) text += ", " + alias;
  }
  return option.value_name.empty() ? text : text + " " + option.value_name;
}

std::string usage(const Command& command) {
  std::string text = "waybill " + command.name;
  for (const Argument& argument : command.arguments) {
    const std::string name = argument.name + (argument.values == nullptr ? "" : "…");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text + " [OPTIONS]";
}

std::string option_table(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) text += fmt::format("  {}\n{}", spelled(option), wrapped(option.help, 8));
  return text;
}

std::string command_list(const std::vector<CommandEntry>& commands) {
  std::size_t width = 0;
  for (const CommandEntry& entry : commands) width = std::max(width, std::string_view(entry.name).size());
  std::string text;
  for (const CommandEntry& entry : commands) text += fmt::format("  {:<{}}  {}\n", entry.name, width, entry.summary);
  return text;
}

std::string roff(std::string_view text) {
  std::string result;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
    line_start = c == '\n';
  }
  return result;
}

}  // namespace

std::string overview(const std::vector<CommandEntry>& commands) {
  return "waybill turns a description of a GPU cluster into an ordered, signed rollout, on either side of an air "
         "gap.\n\n"
         "Usage: waybill COMMAND [OPTIONS]\n\nCommands:\n" +
         command_list(commands) +
         "\n'waybill COMMAND --help' shows options and examples. 'waybill --version' shows the version.\n";
}

std::string group_text(std::string_view verb, const std::vector<CommandEntry>& inner) {
  return fmt::format(
      "Usage: waybill {} COMMAND [OPTIONS]\n\nCommands:\n{}\n'waybill {} COMMAND --help' shows options and "
      "examples.\n",
      verb, command_list(inner), verb);
}

std::string page_name(std::string_view command_name) {
  std::string name(command_name);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string help_text(const Command& command, const std::vector<CommandEntry>& inner,
                      const std::vector<Option>& global) {
  std::string text =
      fmt::format("{}\n\nUsage: {}\n\n{}", command.summary, usage(command), wrapped(command.description, 0));
  if (!command.arguments.empty()) {
    text += "\nArguments:\n";
    for (const Argument& argument : command.arguments)
      text += fmt::format("  {}\n{}", argument.name, wrapped(argument.help, 8));
  }
  if (!inner.empty()) text += "\nCommands below it:\n" + command_list(inner);
  if (!command.options.empty()) text += "\nOptions:\n" + option_table(command.options);
  text += "\nOptions of every command:\n" + option_table(global);
  if (!command.examples.empty()) {
    text += "\nExamples:\n";
    for (const Example& example : command.examples)
      text += fmt::format("  # {}\n  {}\n", example.purpose, example.command);
  }
  return text;
}

std::string markdown_page(const Command& command, const std::vector<CommandEntry>& inner,
                          const std::vector<Option>& global) {
  std::string text = fmt::format("# waybill {}\n\n{}\n\n    {}\n\n{}\n", command.name, command.summary, usage(command),
                                 command.description);
  if (!command.arguments.empty()) {
    text += "\n## Arguments\n\n";
    for (const Argument& argument : command.arguments)
      text += fmt::format("- `{}`: {}\n", argument.name, argument.help);
  }
  if (!inner.empty()) {
    text += "\n## Commands below it\n\n";
    for (const CommandEntry& entry : inner)
      text += fmt::format("- [`waybill {}`]({}.md): {}\n", entry.name, page_name(entry.name), entry.summary);
  }
  for (const auto& [title, options] :
       {std::pair{"Options", &command.options}, std::pair{"Options of every command", &global}}) {
    if (options->empty()) continue;
    text += fmt::format("\n## {}\n\n", title);
    for (const Option& option : *options) text += fmt::format("- `{}`: {}\n", spelled(option), option.help);
  }
  if (!command.examples.empty()) {
    text += "\n## Examples\n";
    for (const Example& example : command.examples)
      text += fmt::format("\n{}:\n\n    {}\n", example.purpose, example.command);
  }
  return text;
}

std::string manual_page(const Command& command, const std::vector<CommandEntry>& inner,
                        const std::vector<Option>& global, std::string_view version) {
  std::string upper = page_name(command.name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string text = fmt::format(
      ".TH WAYBILL-{} 1 \"\" \"waybill {}\" \"Waybill\"\n.SH NAME\nwaybill-{} \\- {}\n.SH SYNOPSIS\n.B {}\n.SH "
      "DESCRIPTION\n{}\n",
      roff(upper), version, roff(page_name(command.name)), roff(command.summary), roff(usage(command)),
      roff(command.description));
  for (const auto& [title, options] :
       {std::pair{"OPTIONS", &command.options}, std::pair{"OPTIONS OF EVERY COMMAND", &global}}) {
    if (options->empty()) continue;
    text += fmt::format(".SH {}\n", title);
    for (const Option& option : *options)
      text += fmt::format(".TP\n.B {}\n{}\n", roff(spelled(option)), roff(option.help));
  }
  if (!command.examples.empty()) {
    text += ".SH EXAMPLES\n";
    for (const Example& example : command.examples)
      text += fmt::format(".TP\n{}\n.nf\n{}\n.fi\n", roff(example.purpose), roff(example.command));
  }
  if (!inner.empty()) {
    text += ".SH SEE ALSO\n";
    for (std::size_t i = 0; i < inner.size(); ++i) {
      text += fmt::format(".BR waybill\\-{} (1){}\n", roff(page_name(inner[i].name)), i + 1 == inner.size() ? "" : ",");
    }
  }
  return text;
}

}  // namespace waybill::cli
