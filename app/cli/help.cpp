#include "app/cli/help.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/suggest.h"

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
  for (const Argument& argument : command.arguments)
    text += argument.required ? " " + argument.name : " [" + argument.name + "]";
  return text + " [OPTIONS]";
}

std::string option_table(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) text += fmt::format("  {}\n{}", spelled(option), wrapped(option.help, 8));
  return text;
}

// Words inside single quotes of a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string joined_names(const std::vector<Option>& options) {
  std::string names;
  for (const Option& option : options) {
    names += (names.empty() ? "" : " ") + option.name;
    for (const std::string& alias : option.aliases) names += " " + alias;
  }
  return names;
}

std::string joined_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> names{option.name};
  names.insert(names.end(), option.aliases.begin(), option.aliases.end());
  return names;
}

std::string argument_choices(const Command& command) {
  std::string text;
  for (const Argument& argument : command.arguments) {
    if (!argument.choices.empty()) text += (text.empty() ? "" : " ") + joined_words(argument.choices);
  }
  return text;
}

std::string bash_script(const std::vector<CommandEntry>& commands, const std::vector<Option>& global) {
  std::string verbs;
  std::string values;   // "verb --flag" to the flag's choices
  std::string options;  // verb to its flags and the words that its arguments may be
  for (const CommandEntry& entry : commands) {
    verbs += (verbs.empty() ? "" : " ") + std::string(entry.name);
    const Command command = entry.make();
    const std::string arguments = argument_choices(command);
    options += fmt::format("    {}) words={}{} ;;\n", entry.name,
                           shell_quoted(joined_names(command.options) + " " + joined_names(global) + " --help"),
                           arguments.empty() ? "" : " arguments=" + shell_quoted(arguments));
    for (const auto* list : {&command.options, &global}) {
      for (const Option& option : *list) {
        if (option.choices.empty()) continue;
        for (const std::string& name : spellings(option)) {
          values +=
              fmt::format("    '{} {}') choices={} ;;\n", entry.name, name, shell_quoted(joined_words(option.choices)));
        }
      }
    }
  }
  return fmt::format(R"(# bash completion of waybill: . <(waybill completion bash)
_waybill() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} verb= words= choices= arguments= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in
    --color | --log-format) ((i++)) ;;
    -*) ;;
    *)
      verb=${{COMP_WORDS[i]}}
      break
      ;;
    esac
  done
  if [ -z "$verb" ]; then
    COMPREPLY=($(compgen -W {} -- "$current"))
    return
  fi
  case "$verb ${{COMP_WORDS[COMP_CWORD-1]}}" in
{}  esac
  case "$verb" in
{}  esac
  if [ -n "$choices" ]; then
    COMPREPLY=($(compgen -W "$choices" -- "$current"))
  elif [ "${{current#-}}" != "$current" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [ -n "$arguments" ]; then
    COMPREPLY=($(compgen -W "$arguments" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -o filenames -F _waybill waybill
)",
                     shell_quoted(verbs), values, options);
}

std::string zsh_script(const std::vector<CommandEntry>& commands, const std::vector<Option>& global) {
  std::string verbs;
  std::string cases;
  for (const CommandEntry& entry : commands) {
    verbs += fmt::format("    {}\n", shell_quoted(fmt::format("{}:{}", entry.name, entry.summary)));
    std::string lines;
    const Command command = entry.make();
    for (const auto* options : {&command.options, &global}) {
      for (const Option& option : *options) {
        std::string action;
        if (!option.value_name.empty()) {
          const std::string choices = joined_words(option.choices);
          action = choices.empty() ? fmt::format(":{}:_files", option.value_name)
                                   : fmt::format(":{}:({})", option.value_name, choices);
        }
        std::string help = option.help;
        for (const std::string_view special : {"[", "]", ":"}) {
          for (std::size_t at = 0; (at = help.find(special, at)) != std::string::npos; at += 2) help.insert(at, "\\");
        }
        for (const std::string& name : spellings(option))
          lines += fmt::format(" {}", shell_quoted(fmt::format("{}[{}]{}", name, help, action)));
      }
    }
    const std::string arguments = argument_choices(command);
    cases += fmt::format(
        "    {}) _arguments{} {} ;;\n", entry.name, lines,
        arguments.empty() ? std::string("'*:file:_files'") : shell_quoted(fmt::format("*:word:({})", arguments)));
  }
  return fmt::format(R"(#compdef waybill
# zsh completion of waybill: . <(waybill completion zsh)
_waybill() {{
  local -a verbs
  verbs=(
{}  )
  if (( CURRENT == 2 )); then
    _describe 'command' verbs
    return
  fi
  local verb=${{words[2]}}
  shift words
  (( CURRENT-- ))
  case "$verb" in
{}  esac
}}
compdef _waybill waybill
)",
                     verbs, cases);
}

std::string fish_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return result + "'";
}

std::string fish_script(const std::vector<CommandEntry>& commands, const std::vector<Option>& global) {
  std::string text = "# fish completion of waybill: waybill completion fish | source\n";
  for (const CommandEntry& entry : commands) {
    text += fmt::format("complete -c waybill -n __fish_use_subcommand -a {} -d {}\n", entry.name,
                        fish_quoted(entry.summary));
    const Command command = entry.make();
    if (const std::string arguments = argument_choices(command); !arguments.empty()) {
      text += fmt::format("complete -c waybill -n '__fish_seen_subcommand_from {}' -f -a {}\n", entry.name,
                          fish_quoted(arguments));
    }
    for (const auto* options : {&command.options, &global}) {
      for (const Option& option : *options) {
        std::string line = fmt::format("complete -c waybill -n '__fish_seen_subcommand_from {}' -l {}", entry.name,
                                       option.name.substr(2));
        for (const std::string& alias : option.aliases)
          line += alias.size() == 2 ? fmt::format(" -s {}", alias.substr(1)) : fmt::format(" -l {}", alias.substr(2));
        if (!option.value_name.empty()) line += " -r";
        if (!option.choices.empty()) line += " -f -a " + fish_quoted(joined_words(option.choices));
        text += line + " -d " + fish_quoted(option.help) + "\n";
      }
    }
  }
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
  std::string text =
      "waybill turns a description of a GPU cluster into an ordered, signed rollout, on either side of an air gap.\n\n"
      "Usage: waybill COMMAND [OPTIONS]\n\nCommands:\n";
  for (const CommandEntry& entry : commands) text += fmt::format("  {:<12} {}\n", entry.name, entry.summary);
  return text + "\n'waybill COMMAND --help' shows options and examples. 'waybill --version' shows the version.\n";
}

std::string help_text(const Command& command, const std::vector<Option>& global) {
  std::string text =
      fmt::format("{}\n\nUsage: {}\n\n{}", command.summary, usage(command), wrapped(command.description, 0));
  if (!command.arguments.empty()) {
    text += "\nArguments:\n";
    for (const Argument& argument : command.arguments)
      text += fmt::format("  {}\n{}", argument.name, wrapped(argument.help, 8));
  }
  if (!command.options.empty()) text += "\nOptions:\n" + option_table(command.options);
  text += "\nOptions of every command:\n" + option_table(global);
  if (!command.examples.empty()) {
    text += "\nExamples:\n";
    for (const Example& example : command.examples)
      text += fmt::format("  # {}\n  {}\n", example.purpose, example.command);
  }
  return text;
}

std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands,
                              const std::vector<Option>& global) {
  if (shell == "bash") return bash_script(commands, global);
  if (shell == "zsh") return zsh_script(commands, global);
  if (shell == "fish") return fish_script(commands, global);
  throw Error(ErrorCode::InvalidInput, fmt::format("no completion for the shell '{}'", shell))
      .hint(suggestion(shell, {"bash", "zsh", "fish"}));
}

std::string markdown_page(const Command& command, const std::vector<Option>& global) {
  std::string text = fmt::format("# waybill {}\n\n{}\n\n    {}\n\n{}\n", command.name, command.summary, usage(command),
                                 command.description);
  if (!command.arguments.empty()) {
    text += "\n## Arguments\n\n";
    for (const Argument& argument : command.arguments)
      text += fmt::format("- `{}`: {}\n", argument.name, argument.help);
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

std::string manual_page(const Command& command, const std::vector<Option>& global, std::string_view version) {
  std::string upper = command.name;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string text = fmt::format(
      ".TH WAYBILL-{} 1 \"\" \"waybill {}\" \"Waybill\"\n.SH NAME\nwaybill-{} \\- {}\n.SH SYNOPSIS\n.B {}\n.SH "
      "DESCRIPTION\n{}\n",
      roff(upper), version, roff(command.name), roff(command.summary), roff(usage(command)), roff(command.description));
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
  return text;
}

}  // namespace waybill::cli
