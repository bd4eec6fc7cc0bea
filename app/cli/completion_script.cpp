#include "app/cli/completion_script.h"

#include <fmt/core.h>

#include "app/cli/text_layout.h"
#include "core/error.h"
#include "core/suggest.h"

namespace waybill::cli {
namespace {

// Words inside single quotes of a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> names{option.name};
  names.insert(names.end(), option.aliases.begin(), option.aliases.end());
  return names;
}

std::string joined_names(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    for (std::string& name : spellings(option)) names.push_back(std::move(name));
  }
  return joined(names, " ");
}

std::string argument_choices(const Command& command) {
  std::string text;
  for (const Argument& argument : command.arguments) {
    if (!argument.choices.empty()) text += (text.empty() ? "" : " ") + joined(argument.choices, " ");
  }
  return text;
}

std::vector<std::string> last_words(const std::vector<CommandEntry>& commands) {
  std::vector<std::string> words;
  words.reserve(commands.size());
  for (const CommandEntry& entry : commands) words.push_back(last_word(entry));
  return words;
}

std::string bash_script(const std::vector<CommandEntry>& commands, const std::vector<Option>& global) {
  std::string inner;    // a verb to the words below it
  std::string values;   // "verb --flag" to the flag's choices
  std::string options;  // verb to its flags and the words that its arguments may be
  for (const CommandEntry& entry : commands) {
    const Command command = entry.make();
    const std::string arguments = argument_choices(command);
    options += fmt::format("    '{}') words={}{} ;;\n", entry.name,
                           shell_quoted(joined_names(command.options) + " " + joined_names(global) + " --help"),
                           arguments.empty() ? "" : " arguments=" + shell_quoted(arguments));
    for (const auto* list : {&command.options, &global}) {
      for (const Option& option : *list) {
        if (option.choices.empty()) continue;
        for (const std::string& name : spellings(option)) {
          values +=
              fmt::format("    '{} {}') choices={} ;;\n", entry.name, name, shell_quoted(joined(option.choices, " ")));
        }
      }
    }
  }
  const std::vector<std::string> verbs = first_words(commands);
  for (const std::string& verb : verbs) {
    const std::string words = joined(last_words(below(commands, verb)), " ");
    if (!words.empty()) inner += fmt::format("  {}) below={} ;;\n", verb, shell_quoted(words));
  }
  return fmt::format(R"(# bash completion of waybill: . <(waybill completion bash)
_waybill() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} verb= below= words= choices= arguments= i
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
  case "$verb" in
{}  esac
  if [ -n "$below" ] && ((i + 1 == COMP_CWORD)) && [ "${{current#-}}" = "$current" ]; then
    COMPREPLY=($(compgen -W "$below" -- "$current"))
    return
  fi
  case " $below " in
  *" ${{COMP_WORDS[i+1]}} "*) ((i + 1 < COMP_CWORD)) && verb="$verb ${{COMP_WORDS[i+1]}}" ;;
  esac
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
                     shell_quoted(joined(verbs, " ")), inner, values, options);
}

std::string zsh_script(const std::vector<CommandEntry>& commands, const std::vector<Option>& global) {
  std::string verbs;
  std::string inner;  // a verb to the words below it
  std::string cases;
  for (const CommandEntry& entry : commands) {
    std::string lines;
    const Command command = entry.make();
    for (const auto* options : {&command.options, &global}) {
      for (const Option& option : *options) {
        std::string action;
        if (!option.value_name.empty()) {
          const std::string choices = joined(option.choices, " ");
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
        "    '{}') _arguments{} {} ;;\n", entry.name, lines,
        arguments.empty() ? std::string("'*:file:_files'") : shell_quoted(fmt::format("*:word:({})", arguments)));
  }
  for (const std::string& verb : first_words(commands)) {
    verbs += fmt::format("    {}\n", shell_quoted(fmt::format("{}:{}", verb, word_summary(commands, verb))));
    std::string words;
    for (const CommandEntry& entry : below(commands, verb))
      words += " " + shell_quoted(fmt::format("{}:{}", last_word(entry), entry.summary));
    if (!words.empty()) inner += fmt::format("    {}) verbs=({} ) ;;\n", verb, words);
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
  verbs=()
  case "$verb" in
{}  esac
  if (( $#verbs )) && [[ ${{words[2]}} != -* ]]; then
    if (( CURRENT == 2 )); then
      _describe 'command' verbs
      return
    fi
    verb="$verb ${{words[2]}}"
    shift words
    (( CURRENT-- ))
  fi
  case "$verb" in
{}  esac
}}
compdef _waybill waybill
)",
                     verbs, inner, cases);
}

std::string fish_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return result + "'";
}

std::string fish_script(const std::vector<CommandEntry>& commands, const std::vector<Option>& global) {
  std::string pairs;
  std::string text;
  for (const std::string& verb : first_words(commands)) {
    text += fmt::format("complete -c waybill -n __waybill_is -f -a {} -d {}\n", verb,
                        fish_quoted(word_summary(commands, verb)));
    for (const CommandEntry& entry : below(commands, verb)) {
      pairs += " " + fish_quoted(entry.name);
      text += fmt::format(
          "complete -c waybill -n '__waybill_is {0}; and test (commandline -opc)[-1] = {0}' -f -a {1} -d {2}\n", verb,
          last_word(entry), fish_quoted(entry.summary));
    }
  }
  for (const CommandEntry& entry : commands) {
    const Command command = entry.make();
    if (const std::string arguments = argument_choices(command); !arguments.empty()) {
      text += fmt::format("complete -c waybill -n '__waybill_is {}' -f -a {}\n", entry.name, fish_quoted(arguments));
    }
    for (const auto* options : {&command.options, &global}) {
      for (const Option& option : *options) {
        std::string line =
            fmt::format("complete -c waybill -n '__waybill_is {}' -l {}", entry.name, option.name.substr(2));
        for (const std::string& alias : option.aliases)
          line += alias.size() == 2 ? fmt::format(" -s {}", alias.substr(1)) : fmt::format(" -l {}", alias.substr(2));
        if (!option.value_name.empty()) line += " -r";
        if (!option.choices.empty()) line += " -f -a " + fish_quoted(joined(option.choices, " "));
        text += line + " -d " + fish_quoted(option.help) + "\n";
      }
    }
  }
  return fmt::format(R"(# fish completion of waybill: waybill completion fish | source
# Whether the words before the cursor name this command: one word, two, or none.
function __waybill_is
  set -l words (commandline -opc)
  set -e words[1]
  while set -q words[1]
    switch $words[1]
      case --color --log-format
        set -e words[1]
      case '-*'
      case '*'
        break
    end
    set -e words[1]
  end
  set -l verb "$words[1]"
  if contains -- "$words[1] $words[2]"{}
    set verb "$words[1] $words[2]"
  end
  test "$verb" = "$argv"
end
{})",
                     pairs, text);
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands,
                              const std::vector<Option>& global) {
  if (shell == "bash") return bash_script(commands, global);
  if (shell == "zsh") return zsh_script(commands, global);
  if (shell == "fish") return fish_script(commands, global);
  throw Error(ErrorCode::InvalidInput, fmt::format("no completion for the shell '{}'", shell))
      .hint(suggestion(shell, {"bash", "zsh", "fish"}));
}

}  // namespace waybill::cli
