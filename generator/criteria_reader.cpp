#include "generator/criteria_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "core/error.h"
#include "generator/component.h"
#include "generator/document_parser.h"
#include "generator/document_reader.h"

namespace waybill {
namespace {

constexpr std::string_view kCriteriaKind = "RecipeCriteria";

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

class CriteriaReader {
 public:
  CriteriaReader(yaml::Node root, bool json, const ReadContext& context, const UsedValues& used_values)
      : root_(std::move(root)), json_(json), context_(context), used_values_(used_values) {}

  Criteria read() {
    if (root_.is_null()) context_.error(root_, "missing-field", "the criteria file is empty");
    spell(root_, {"kind", "apiVersion", "metadata", "spec"});
    MapReader top(root_, "the criteria file", context_);
    constant(top, "kind", kCriteriaKind);
    constant(top, "apiVersion", kRecipeApiVersion);
    top.ignore("metadata");
    if (yaml::Node* spec = json_ ? spec_of_root() : nullptr)
      spell(*spec, {"service", "accelerator", "intent", "os", "platform", "nodes"});
    if (const yaml::Node* spec = top.map("spec")) read_spec(*spec);
    top.finish();
    context_.diagnostics.throw_if_errors();
    return std::move(criteria_);
  }

 private:
  // JSON names in the spelling that they stand for.
  void spell(yaml::Node& node, std::initializer_list<std::string_view> names) const {
    if (!json_) return;
    for (auto& [key, value] : node.members) {
      for (const std::string_view name : names) {
        if (key.text == name || !equals_ignoring_case(key.text, name)) continue;
        if (node.find(name) != nullptr) context_.error(key, "duplicate-name", fmt::format("'{}' appears twice", name));
        key.text = name;
      }
    }
  }

  [[nodiscard]] yaml::Node* spec_of_root() noexcept {
    const auto found = std::find_if(root_.members.begin(), root_.members.end(),
                                    [](const auto& member) { return member.first.text == "spec"; });
    return found == root_.members.end() ? nullptr : &found->second;
  }

  void constant(MapReader& fields, std::string_view name, std::string_view expected) const {
    const std::string written = fields.text(name);
    if (!written.empty() && written != expected)
      context_.error(*fields.find(name), "bad-value", fmt::format("the {} is '{}'", name, written),
                     fmt::format("a criteria file has {}", expected));
  }

  void read_spec(const yaml::Node& node) {
    MapReader fields(node, "the spec", context_);
    for (const Dimension dimension : kDimensions) {
      const std::string word = fields.text(to_string(dimension));
      try {
        criteria_.set(dimension, word, used_values_ ? used_values_(dimension) : std::vector<std::string>());
      } catch (const Error& error) {
        if (error.code() != ErrorCode::InvalidInput) throw;
        context_.error(*fields.find(to_string(dimension)), "bad-value", error.message(), error.hint());
      }
    }
    criteria_.set_nodes(fields.natural("nodes"));
    fields.finish();
  }

  yaml::Node root_;
  bool json_;
  const ReadContext& context_;
  const UsedValues& used_values_;
  Criteria criteria_;
};

}  // namespace

Criteria parse_criteria(std::string_view text, std::string_view name, const UsedValues& used_values) {
  Diagnostics diagnostics;
  const ReadContext context{std::string(name), 0, ReadContext::Doubts::Error, diagnostics};
  return CriteriaReader(parse_document(text, name), is_json(text), context, used_values).read();
}

}  // namespace waybill
