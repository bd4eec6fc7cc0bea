#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/printable.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/trust.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string list_text(const Value& list) {
  std::string text;
  for (const Value& item : list.items()) text += (text.empty() ? "" : ", ") + printable(item.as_string());
  return text;
}

std::string threshold_text(const Value& value) {
  return fmt::format("{} of {}", value.find("threshold")->as_int(), list_text(*value.find("keys")));
}

std::string rule_text(const Value& rule) {
  const Value* patterns = rule.find("repositories");
  std::string text = fmt::format("rule     {}: {}\n", patterns == nullptr ? "everything" : list_text(*patterns),
                                 threshold_text(*rule.find("signatures")));
  if (const Value* attestations = rule.find("attestations")) {
    for (const Value& one : attestations->items())
      text += fmt::format("         attestation {}: {}\n", printable(one.text_or("type", {})), threshold_text(one));
  }
  if (const Value* annotations = rule.find("annotations")) {
    for (const auto& [name, value] : annotations->members())
      text += fmt::format("         annotation {}={}\n", printable(name), printable(value.as_string()));
  }
  if (rule.find("subject") != nullptr) text += fmt::format("         made for {}\n", rule.text_or("subject", {}));
  if (const Value* epoch = rule.find("epoch")) {
    text += fmt::format(
        "         epoch {} or later{}\n", epoch->find("oldest")->as_int(),
        epoch->find("line") == nullptr ? "" : fmt::format(", of the line '{}'", printable(epoch->text_or("line", {}))));
  }
  return text;
}

std::string text_of(const Value& value) {
  std::string text = fmt::format("version  {}\n", value.find("version")->as_int());
  if (value.find("expires") != nullptr) text += fmt::format("expires  {}\n", value.text_or("expires", {}));
  text += fmt::format("owners   {}\n", threshold_text(*value.find("owners")));
  if (const Value* signers = value.find("signers")) text += fmt::format("signed   {}\n", list_text(*signers));
  for (const Value& key : value.find("keys")->items())
    text += fmt::format("key      {} {}\n", key.text_or("keyId", {}), printable(key.text_or("name", {})));
  const Value& revoked = *value.find("revoked");
  for (const Value& key : revoked.find("keys")->items())
    text += fmt::format("revoked  {}: {}\n", key.text_or("keyId", {}), printable(key.text_or("reason", {})));
  for (const Value& digest : revoked.find("digests")->items())
    text += fmt::format("revoked  {}: {}\n", digest.text_or("digest", {}), printable(digest.text_or("reason", {})));
  for (const Value& rule : value.find("rules")->items()) text += rule_text(rule);
  if (const Value* epochs = value.find("epochs")) {
    for (const auto& [line, number] : epochs->members())
      text += fmt::format("seen     epoch {} of {}\n", number.as_int(), line);
  }
  return text;
}

}  // namespace

Command trust_show_command() {
  struct State {
    std::string place;
    bool document = false;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "trust show",
      .summary = "show whom a site trusts",
      .description =
          "Shows a trust folder, or a trust document that is signed or not: its version, its keys and owners, what is "
          "revoked, the rules, and the epochs that the site has seen. --document prints the document itself, to write "
          "the next version from.",
      .arguments = {{"TRUST", &state->place, "a trust folder, or a trust document", true}},
      .options = {},
      .examples = {{"waybill trust show /etc/waybill/trust", "for people"},
                   {"waybill trust show trust --document > next.yaml", "the text of the current version"}},
      .run = {}};
  command.option("--document", &state->document, "", "print the document as it was signed, and nothing else");
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const ShownTrust shown = show_trust(state->place);
    if (state->document) {
      console.out(shown.document);
    } else {
      console.out(state->format == "json" ? json::write_pretty(shown.value) : text_of(shown.value));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
