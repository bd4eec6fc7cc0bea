#pragma once
// The table of all commands, and which of them the words of a command line name.
//
// A verb may have verbs below it: the entry "recipe list" lies below "recipe", which may be a command of its own or
// only the word that they share. Such a verb takes no arguments, so the word directly after it always names one below
// it.
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/command.h"

namespace waybill::cli {

// A command of the table: made only when it is needed.
struct CommandEntry {
  const char* name;  // one word, or two with a blank between them
  const char* summary;
  Command (*make)();
};

// What lies below a verb, in the table's order.
[[nodiscard]] std::vector<CommandEntry> below(const std::vector<CommandEntry>& table, std::string_view verb);
// The words that a command line may begin with: each once, in the table's order.
[[nodiscard]] std::vector<std::string> first_words(const std::vector<CommandEntry>& table);
// The second word of a command below a verb.
[[nodiscard]] std::string last_word(const CommandEntry& entry);
// What is said of a first word: the command's summary or, if the word is none, the verbs below it.
[[nodiscard]] std::string word_summary(const std::vector<CommandEntry>& table, std::string_view word);
// The command of that name, or null.
[[nodiscard]] const CommandEntry* find_command(const std::vector<CommandEntry>& table, std::string_view name);
// For a name that no command has: what is wrong, with the nearest one that there is.
[[nodiscard]] Error unknown_command(const std::vector<CommandEntry>& table, const std::string& name);

// The words of a command line, divided into the command's name and its own words. The global options may stand before
// the name too.
struct Invocation {
  std::string name;  // as typed, perhaps unknown; empty: the words name no command
  std::vector<std::string> rest;
};
[[nodiscard]] Invocation divide(const std::vector<CommandEntry>& table, const std::vector<std::string>& words);

}  // namespace waybill::cli
