#include "app/cli/command_table.h"

#include <fmt/core.h>

#include <algorithm>

#include "app/cli/text_layout.h"
#include "core/suggest.h"

namespace waybill::cli {
namespace {

// Those that take a value must not hide the command.
std::size_t command_position(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) return i;
    if (words[i] == "--color" || words[i] == "--log-format") ++i;
  }
  return words.size();
}

bool lies_below(const CommandEntry& entry, std::string_view verb) {
  const std::string_view name = entry.name;
  return name.size() > verb.size() && name.starts_with(verb) && name[verb.size()] == ' ';
}

}  // namespace

std::vector<CommandEntry> below(const std::vector<CommandEntry>& table, std::string_view verb) {
  std::vector<CommandEntry> found;
  for (const CommandEntry& entry : table) {
    if (lies_below(entry, verb)) found.push_back(entry);
  }
  return found;
}

std::vector<std::string> first_words(const std::vector<CommandEntry>& table) {
  std::vector<std::string> words;
  for (const CommandEntry& entry : table) {
    const std::string_view name = entry.name;
    std::string word(name.substr(0, name.find(' ')));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
  }
  return words;
}

std::string last_word(const CommandEntry& entry) {
  const std::string_view name = entry.name;
  const std::size_t blank = name.find(' ');
  return std::string(blank == std::string_view::npos ? name : name.substr(blank + 1));
}

std::string word_summary(const std::vector<CommandEntry>& table, std::string_view word) {
  if (const CommandEntry* entry = find_command(table, word)) return entry->summary;
  std::vector<std::string> names;
  for (const CommandEntry& entry : below(table, word)) names.push_back(last_word(entry));
  return joined(names);
}

const CommandEntry* find_command(const std::vector<CommandEntry>& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const CommandEntry& entry) { return name == entry.name; });
  return found == table.end() ? nullptr : &*found;
}

Error unknown_command(const std::vector<CommandEntry>& table, const std::string& name) {
  const std::string verb = name.substr(0, name.find(' '));
  const std::vector<CommandEntry> inner = below(table, verb);
  if (name == verb && !inner.empty()) {
    return Error(ErrorCode::InvalidInput, fmt::format("'waybill {}' needs one of: {}", name, word_summary(table, name)))
        .hint(fmt::format("see 'waybill {} --help'", name));
  }
  std::vector<std::string> words = name == verb ? first_words(table) : std::vector<std::string>{};
  std::vector<std::string> meant = words;
  for (const CommandEntry& entry : name == verb ? table : inner) {  // "new-overlay" is meant as well as typed
    words.push_back(last_word(entry));
    meant.emplace_back(entry.name);
  }
  const std::string near = nearest(name == verb ? name : name.substr(verb.size() + 1), words);
  const auto place = static_cast<std::size_t>(std::find(words.begin(), words.end(), near) - words.begin());
  std::string hint = "'waybill --help' lists the commands";
  if (!near.empty()) {
    hint = fmt::format("did you mean '{}'?", meant[place]);
  } else if (name != verb) {
    hint = fmt::format("'waybill {}' has {}; see 'waybill {} --help'", verb, word_summary(inner, verb), verb);
  }
  return Error(ErrorCode::InvalidInput, fmt::format("no command '{}'", name)).hint(hint);
}

Invocation divide(const std::vector<CommandEntry>& table, const std::vector<std::string>& words) {
  const std::size_t position = command_position(words);
  Invocation invocation{{}, words};
  if (position == words.size()) return invocation;
  invocation.name = words[position];
  const auto first = invocation.rest.begin() + static_cast<std::ptrdiff_t>(position);
  const bool two =
      position + 1 < words.size() && !words[position + 1].starts_with("-") && !below(table, invocation.name).empty();
  if (two) invocation.name += " " + words[position + 1];
  invocation.rest.erase(first, first + (two ? 2 : 1));
  return invocation;
}

}  // namespace waybill::cli
