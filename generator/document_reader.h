#pragma once
// Strict reading of YAML mappings: fields by name and type, every problem collected with its place. A field that nobody
// asked for is unknown, so the code that reads a document is its schema.
//
//   MapReader fields(node, "the constraint", context);
//   constraint.name = fields.text("name");
//   fields.finish();
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "core/value.h"
#include "core/yaml/node.h"
#include "generator/free_data.h"

namespace waybill {

struct ReadContext {
  // What is odd but means something to aicr v0.11.1 (an unknown field, 1.10 without quotes where text is expected, a
  // name that appears twice): a catalogue may be anybody's, so it is read as aicr reads it, with a warning; in a recipe
  // it is an error.
  enum class Doubts : bool { Warning, Error };

  std::string file;
  std::uint32_t source = 0;  // for marks
  Doubts doubts = Doubts::Warning;
  Diagnostics& diagnostics;

  [[nodiscard]] SourceLocation location(const yaml::Node& node) const { return {file, node.line, node.column}; }
  [[nodiscard]] Mark mark(const yaml::Node& node) const noexcept { return {source, node.line}; }
  void error(const yaml::Node& node, std::string rule, std::string message, std::string hint = {}) const {
    diagnostics.error(location(node), std::move(rule), std::move(message), std::move(hint));
  }
  void warning(const yaml::Node& node, std::string rule, std::string message, std::string hint = {}) const {
    diagnostics.warning(location(node), std::move(rule), std::move(message), std::move(hint));
  }
  void doubt(const yaml::Node& node, std::string rule, std::string message, std::string hint = {}) const {
    if (doubts == Doubts::Error) {
      error(node, std::move(rule), std::move(message), std::move(hint));
    } else {
      warning(node, std::move(rule), std::move(message), std::move(hint));
    }
  }
};

enum class TextKind : bool { Line, Block };  // Block: line breaks and tabs are allowed

// A scalar as text; null is empty. Control characters and, by the context, unquoted other types are diagnosed.
[[nodiscard]] std::string read_text(const yaml::Node& node, std::string_view what, const ReadContext& context,
                                    TextKind kind = TextKind::Line);

// A key as it may be shown: hostile files put terminal sequences there.
[[nodiscard]] std::string printable(std::string_view text);

class MapReader {
 public:
  // `what` names the mapping in messages. A node that is no mapping is diagnosed and read as an empty one. Null is an
  // empty one. `node` and `context` must outlive the reader.
  MapReader(const yaml::Node& node, std::string what, const ReadContext& context);

  [[nodiscard]] const yaml::Node& node() const noexcept { return node_; }
  // The field's node, or null when it is absent or null. A null field counts as absent everywhere below.
  [[nodiscard]] const yaml::Node* find(std::string_view name);
  // The field's node if it has this kind; another kind is diagnosed.
  [[nodiscard]] const yaml::Node* map(std::string_view name);
  [[nodiscard]] const yaml::Node* list(std::string_view name);

  [[nodiscard]] std::string text(std::string_view name, TextKind kind = TextKind::Line);
  [[nodiscard]] std::string required_text(std::string_view name);
  [[nodiscard]] std::string wanted_text(std::string_view name);  // its absence is a doubt
  // Where doubts are warnings, also yes, no, on, off and the like, as aicr reads them.
  [[nodiscard]] bool boolean(std::string_view name);
  // 0 when absent; negative numbers are diagnosed. Where doubts are warnings, a fraction is cut off.
  [[nodiscard]] std::int64_t natural(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);  // null elements are dropped
  // A free mapping as data, null when absent.
  [[nodiscard]] FreeData free_data(std::string_view name);
  [[nodiscard]] Value data(std::string_view name) { return free_data(name).value; }
  // A field that is known but means nothing here.
  void ignore(std::string_view name);

  // Doubts the fields that were not asked for. Must be called once, at the end.
  void finish();

 private:
  [[nodiscard]] const yaml::Node* of_kind(std::string_view name, yaml::Kind kind, std::string_view expected);
  [[nodiscard]] std::string describe(std::string_view name) const;

  const yaml::Node& node_;
  std::string what_;
  const ReadContext& context_;
  std::vector<std::string> known_;
};

}  // namespace waybill
