#include "app/cli/field_table.h"

#include <fmt/core.h>

#include <algorithm>

#include "app/cli/text_layout.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string leaf_text(const Value& leaf) {
  if (!leaf.is_string()) return json::write(leaf, json::HtmlEscape::No);
  std::string text;
  for (const char c : leaf.as_string()) {
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

void add_rows(const Value& value, const std::string& field, Rows& rows) {
  const std::string prefix = field.empty() ? "" : field + ".";
  if (value.is_map() && !value.members().empty()) {
    for (const auto& [key, member] : value.members()) add_rows(member, prefix + key, rows);
  } else if (value.is_list() && !value.items().empty()) {
    for (std::size_t i = 0; i < value.items().size(); ++i)
      add_rows(value.items()[i], fmt::format("{}[{}]", prefix, i), rows);
  } else {
    rows.push_back({field, leaf_text(value)});
  }
}

}  // namespace

std::string field_table(const Value& document) {
  Rows rows;
  add_rows(document, "", rows);
  std::sort(rows.begin(), rows.end());
  rows.insert(rows.begin(), {{"FIELD", "VALUE"}, {"-----", "-----"}});
  return columns(rows, std::string::npos);
}

}  // namespace waybill::cli
